import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { expectedTicks, type Fields, shiftsOf } from "./oracle";
import { jitterOf, scheduleTicks, ticksBetween } from "./tick";

const dayMs = 86_400_000;
const zones = [
  "Europe/Berlin",
  "America/New_York",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "UTC",
];
const at = (iso: string) => Date.parse(iso);
const between = (cron: string, zone: string, from: string, until: string) =>
  ticksBetween(scheduleTicks({ cron, zone }), at(from) - 1, at(until) - 1, 10_000).map((ms) =>
    new Date(ms).toISOString().replace(":00.000Z", "Z"),
  );

/** cron, zone, from, before, the ticks. */
const table: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  // Clocks go back at 03:00 to 02:00: a fixed time comes once, the first time; an interval both times.
  ["30 2 * * *", "Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T23:00Z", ["2026-10-25T00:30Z"]],
  [
    "0,30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T22:00Z",
    "2026-10-25T23:00Z",
    ["2026-10-25T00:00Z", "2026-10-25T00:30Z"],
  ],
  [
    "*/30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T22:00Z",
    "2026-10-25T23:00Z",
    ["2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z"],
  ],
  [
    "15 * * * *",
    "Europe/Berlin",
    "2026-10-24T23:00Z",
    "2026-10-25T03:00Z",
    ["2026-10-24T23:15Z", "2026-10-25T00:15Z", "2026-10-25T01:15Z", "2026-10-25T02:15Z"],
  ],
  // Clocks go on from 02:00 to 03:00: a fixed time in between comes at 03:00, once however many there are.
  ["30 2 * * *", "Europe/Berlin", "2027-03-27T23:00Z", "2027-03-28T22:00Z", ["2027-03-28T01:00Z"]],
  ["0,15,30 2 * * *", "Europe/Berlin", "2027-03-27T23:00Z", "2027-03-28T22:00Z", ["2027-03-28T01:00Z"]],
  ["0 2,3 * * *", "Europe/Berlin", "2027-03-27T23:00Z", "2027-03-28T22:00Z", ["2027-03-28T01:00Z"]],
  ["*/30 2 * * *", "Europe/Berlin", "2027-03-27T23:00Z", "2027-03-28T22:00Z", []],
  [
    "*/30 * * * *",
    "Europe/Berlin",
    "2027-03-28T00:00Z",
    "2027-03-28T02:00Z",
    ["2027-03-28T00:00Z", "2027-03-28T00:30Z", "2027-03-28T01:00Z", "2027-03-28T01:30Z"],
  ],
  // The day itself began at 01:00 there, once a year, until 2019.
  [
    "0 0 * * *",
    "America/Sao_Paulo",
    "2018-11-03T12:00Z",
    "2018-11-05T12:00Z",
    ["2018-11-04T03:00Z", "2018-11-05T02:00Z"],
  ],
  [
    "0 0 * * *",
    "America/Sao_Paulo",
    "2026-11-01T00:00Z",
    "2026-11-03T00:00Z",
    ["2026-11-01T03:00Z", "2026-11-02T03:00Z"],
  ],
  // Half an hour of summer.
  [
    "45 1 * * *",
    "Australia/Lord_Howe",
    "2027-04-03T00:00Z",
    "2027-04-05T00:00Z",
    ["2027-04-03T14:45Z", "2027-04-04T15:15Z"],
  ],
  [
    "15 2 * * *",
    "Australia/Lord_Howe",
    "2026-10-03T00:00Z",
    "2026-10-04T20:00Z",
    ["2026-10-03T15:30Z", "2026-10-04T15:15Z"],
  ],
  ["0 9 * * *", "Asia/Kathmandu", "2026-06-01T00:00Z", "2026-06-02T00:00Z", ["2026-06-01T03:15Z"]],
  // Ramadan of 2027: an hour back on 7 February, on again on 14 March.
  [
    "30 2 * * *",
    "Africa/Casablanca",
    "2027-02-06T12:00Z",
    "2027-02-08T12:00Z",
    ["2027-02-07T01:30Z", "2027-02-08T02:30Z"],
  ],
  [
    "30 2 * * *",
    "Africa/Casablanca",
    "2027-03-13T12:00Z",
    "2027-03-15T12:00Z",
    ["2027-03-14T02:00Z", "2027-03-15T01:30Z"],
  ],
  ["0 0 29 2 *", "UTC", "2026-01-01T00:00Z", "2033-01-01T00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
  [
    "0 0 31 * *",
    "UTC",
    "2027-01-01T00:00Z",
    "2027-07-01T00:00Z",
    ["2027-01-31T00:00Z", "2027-03-31T00:00Z", "2027-05-31T00:00Z"],
  ],
  [
    "0 0 L * *",
    "UTC",
    "2027-01-01T00:00Z",
    "2027-04-01T00:00Z",
    ["2027-01-31T00:00Z", "2027-02-28T00:00Z", "2027-03-31T00:00Z"],
  ],
  [
    "0 0 13 * 5",
    "UTC",
    "2026-11-06T00:00Z",
    "2026-11-21T00:00Z",
    ["2026-11-06T00:00Z", "2026-11-13T00:00Z", "2026-11-20T00:00Z"],
  ],
  ["@daily", "Asia/Kathmandu", "2026-06-01T00:00Z", "2026-06-02T00:00Z", ["2026-06-01T18:15Z"]],
  ["0 9 * jan mon#1", "UTC", "2027-01-01T00:00Z", "2027-02-01T00:00Z", ["2027-01-04T09:00Z"]],
];

describe("a cron schedule", () => {
  test.each(table)("%s in %s from %s before %s comes as the table says", (cron, zone, from, until, ticks) => {
    expect(between(cron, zone, from, until)).toEqual([...ticks]);
  });

  const daily: readonly (readonly [string, Fields])[] = [
    ["30 2 * * *", { minutes: new Set([30]), hours: new Set([2]), isFixed: true }],
    ["0,45 1,2,3 * * *", { minutes: new Set([0, 45]), hours: new Set([1, 2, 3]), isFixed: true }],
    ["5 0 31 * *", { minutes: new Set([5]), hours: new Set([0]), days: new Set([31]), isFixed: true }],
    [
      "0 0 29 2 *",
      { minutes: new Set([0]), hours: new Set([0]), days: new Set([29]), months: new Set([2]), isFixed: true },
    ],
  ];
  test("means for ten years what a walk over every minute finds", () => {
    const [from, until] = [at("2026-01-01T00:00Z"), at("2036-01-01T00:00Z")];
    for (const zone of zones)
      for (const [cron, fields] of zone === "Europe/Berlin" ? daily : daily.slice(0, 1)) {
        const expected = expectedTicks(fields, zone, from, until);
        const found = ticksBetween(scheduleTicks({ cron, zone }), from - 1, until - 1, 100_000);
        expect(`${zone} ${cron} ${found.join()}`).toBe(`${zone} ${cron} ${expected.join()}`);
        expect(expected.length).toBeGreaterThan(1);
      }
  }, 60_000);

  const someOf = (values: readonly number[]) => fc.subarray([...values], { minLength: 1, maxLength: 4 });
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const anyRule = fc.record({
    minute: fc.oneof(
      someOf(range(0, 59)).map((list) => ({ text: list.join(), list, isFixed: true })),
      fc.constantFrom(1, 7, 15, 30).map((n) => ({
        text: `*/${n}`,
        list: range(0, 59).filter((m) => m % n === 0),
        isFixed: false,
      })),
    ),
    hour: fc.oneof(
      someOf(range(0, 4)).map((list) => ({ text: list.join(), list, isFixed: true })),
      fc.constant({ text: "*", list: range(0, 23), isFixed: false }),
      fc.constant({ text: "1-3", list: [1, 2, 3], isFixed: true }),
    ),
    weekday: fc.option(someOf(range(0, 6)), { nil: undefined }),
    day: fc.option(someOf(range(1, 31)), { nil: undefined }),
  });

  test("means around every shift of every zone what a walk over every minute finds, forwards and backwards", () => {
    const shifts = zones.flatMap((zone) =>
      shiftsOf(zone, at("2026-01-01T00:00Z"), at("2036-01-01T00:00Z")).map((shift) => ({ zone, atMs: shift.atMs })),
    );
    expect(shifts.length).toBeGreaterThan(60);
    fc.assert(
      fc.property(anyRule, fc.constantFrom(...shifts), ({ minute, hour, weekday, day }, { zone, atMs }) => {
        const [from, until] = [atMs - 2 * dayMs, atMs + 2 * dayMs];
        const cron = `${minute.text} ${hour.text} ${day?.join() ?? "*"} * ${weekday?.join() ?? "*"}`;
        const expected = expectedTicks(
          {
            minutes: new Set(minute.list),
            hours: new Set(hour.list),
            ...(day && { days: new Set(day) }),
            ...(weekday && { weekdays: new Set(weekday) }),
            isFixed: minute.isFixed && hour.isFixed,
          },
          zone,
          from,
          until,
        );
        const ticks = scheduleTicks({ cron, zone });
        expect(ticksBetween(ticks, from - 1, until - 1, 10_000)).toEqual(expected);
        // A walk in either direction, from a tick and from between two, meets the same ticks.
        for (const [index, tick] of expected.entries()) {
          expect(ticks.previous(tick + 1)).toBe(tick);
          expect(ticks.next(tick - 1)).toBe(tick);
          if (index > 0) expect(ticks.previous(tick)).toBe(expected[index - 1] as number); // index > 0
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe("an interval", () => {
  test("ticks at multiples of its span, whenever it is asked", () => {
    const { next, previous } = scheduleTicks({ everyMs: 7_000 });
    expect([next(0), next(6_999), next(7_000), previous(7_000), previous(7_001)]).toEqual([
      7_000, 7_000, 14_000, 0, 7_000,
    ]);
  });
});

describe("the jitter", () => {
  test("is the same for one schedule, below its bound, and spread over schedules", () => {
    const all = Array.from({ length: 1_000 }, (_, n) => jitterOf(`schedule ${n}`, 9_999));
    expect(jitterOf("schedule 1", 9_999)).toBe(all[1] as number); // there are a thousand
    expect(all.every((ms) => ms >= 0 && ms <= 9_999)).toBe(true);
    for (let tenth = 0; tenth < 10; tenth += 1)
      expect(all.filter((ms) => Math.floor(ms / 1_000) === tenth).length).toBeGreaterThan(60);
    expect(jitterOf("x", 0)).toBe(0);
  });
});

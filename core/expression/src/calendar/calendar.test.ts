import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatLocal, parseLocal } from "./format";
import { toIso, toMs } from "./instant";
import { addUnits, startOfUnit, unitsBetween } from "./unit";
import { fromLocalMs, getZone, offsetMsAt, zoneNames } from "./zone";

/** Zones whose rules have been the same for long, so that a host with older or newer data agrees. */
const settled = [
  "Europe/Berlin",
  "Europe/London",
  "Europe/Dublin",
  "America/New_York",
  "America/St_Johns",
  "America/Sao_Paulo",
  "Asia/Kolkata",
  "Asia/Tokyo",
  "Asia/Kathmandu",
  "Australia/Sydney",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "Pacific/Apia",
  "Africa/Johannesburg",
  "UTC",
];
const zoneName = fc.constantFrom(...settled);
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });

function hostOffsetMs(zone: string, ms: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return (
    Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) -
    Math.floor(ms / 1000) * 1000
  );
}

describe("a time zone", () => {
  test("has the offset that the host knows, from 1970 to 2096", () => {
    fc.assert(
      fc.property(zoneName, instant, (zone, ms) => {
        expect({ zone, ms, offset: offsetMsAt(getZone(zone), ms) }).toEqual({
          zone,
          ms,
          offset: hostOffsetMs(zone, ms),
        });
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps its last listed offset until the rule itself changes it", () => {
    // In 1995 London's clocks went back a week before the day that the rule since 1996 gives.
    const hours = (iso: string) => offsetMsAt(getZone("Europe/London"), Date.parse(iso)) / 3_600_000;
    expect(hours("1995-10-22T00:59:59Z")).toBe(1);
    expect(hours("1995-10-22T01:00:00Z")).toBe(0);
    expect(hours("1995-10-28T12:00:00Z")).toBe(0);
    expect(hours("1996-03-31T00:59:59Z")).toBe(0);
    expect(hours("1996-03-31T01:00:00Z")).toBe(1);
    expect(hours("1996-10-27T01:00:00Z")).toBe(0);
  });

  test("of every name can be unpacked, and lies within a day of Greenwich", () => {
    expect(zoneNames().length).toBeGreaterThan(550);
    for (const name of zoneNames()) {
      for (const ms of [-1e12, 0, 5e11, 1e12, 2e12, 9e12])
        expect(Math.abs(offsetMsAt(getZone(name), ms))).toBeLessThan(86_400_000);
    }
  });

  test("changes exactly at its transitions", () => {
    for (const zone of settled.map(getZone)) {
      zone.times.slice(0, -1).forEach((time, index) => {
        expect(offsetMsAt(zone, time * 1000)).toBe((zone.offsets[index] ?? 0) * 1000);
        expect(offsetMsAt(zone, time * 1000 - 1)).toBe((zone.offsets[index - 1] ?? zone.first) * 1000);
      });
    }
  });

  test("reads a skipped time as later and a repeated one as the earlier", () => {
    const zone = getZone("Europe/Berlin");
    const local = (text: string) => toIso(fromLocalMs(zone, toMs(text)));
    expect(local("2025-03-30T02:30:00Z")).toBe("2025-03-30T01:30:00.000Z");
    expect(local("2025-10-26T02:30:00Z")).toBe("2025-10-26T00:30:00.000Z");
  });

  test("brings every local time back to its instant, but for the hours that occur twice", () => {
    fc.assert(
      fc.property(zoneName, instant, (name, ms) => {
        const zone = getZone(name);
        const offset = offsetMsAt(zone, ms);
        const back = fromLocalMs(zone, ms + offset);
        expect(back + offsetMsAt(zone, back)).toBe(ms + offset);
        expect(back).toBeLessThanOrEqual(ms);
      }),
      { numRuns: 1000 },
    );
  });

  test("that does not exist is refused with the nearest name", () => {
    expect(() => getZone("Europe/Berln")).toThrow("no time zone");
  });
});

describe("calendar arithmetic", () => {
  const unit = fc.constantFrom("year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond");

  test("counts the units that it added", () => {
    fc.assert(
      fc.property(zoneName, instant, fc.integer({ min: 0, max: 500 }), unit, (name, ms, count, each) => {
        const zone = getZone(name);
        const later = addUnits(ms, count, each, zone);
        expect(unitsBetween(ms, later, each, zone)).toBeGreaterThanOrEqual(count);
        expect(addUnits(ms, unitsBetween(ms, later, each, zone), each, zone)).toBeLessThanOrEqual(later);
      }),
    );
  });

  test("counts the units of the longest span there is in a few steps", () => {
    const zone = getZone("UTC");
    const [first, last] = [toMs("0001-01-01"), toMs("9999-12-31")];
    const count = (each: "year" | "month" | "day") => unitsBetween(first, last, each, zone);
    expect([count("year"), count("month"), count("day")]).toEqual([9998, 119_987, 3_652_058]);
    const start = performance.now();
    for (let round = 0; round < 1000; round++) count("month");
    expect(performance.now() - start).toBeLessThan(200);
  });

  test("finds the start of a unit at or before the instant, and the same one again from there", () => {
    fc.assert(
      fc.property(zoneName, instant, unit, (name, ms, each) => {
        const zone = getZone(name);
        const start = startOfUnit(ms, each, zone);
        expect(start).toBeLessThanOrEqual(ms);
        expect(startOfUnit(start, each, zone)).toBe(start);
      }),
    );
  });
});

describe("a date pattern", () => {
  test("reads back what it wrote", () => {
    fc.assert(
      fc.property(
        instant,
        fc.constantFrom(
          "yyyy-MM-dd'T'HH:mm:ss.SSSxxx",
          "d MMMM yyyy, h:mm:ss.SSS a xx",
          "EEE, dd MMM yyyy HH:mm:ss SSS XXX",
        ),
        (ms, pattern) => {
          const offset = 19_800_000;
          const found = parseLocal(formatLocal(ms + offset, offset, pattern), pattern);
          expect(found).toEqual({ localMs: ms + offset, offset });
        },
      ),
    );
  });

  test("refuses text that does not fit, and days that are none", () => {
    for (const [text, pattern] of [
      ["31.02.2025", "dd.MM.yyyy"],
      ["2025-1-01", "yyyy-MM-dd"],
      ["x", "yyyy"],
      ["2025-01-01x", "yyyy-MM-dd"],
      ["13:00 PM", "hh:mm a"],
    ] as const) {
      expect({ text, found: parseLocal(text, pattern) }).toEqual({ text, found: undefined });
    }
    expect(() => formatLocal(0, 0, "QQ")).toThrow("no part of a date");
    for (const text of [
      "2025-13-01",
      "2025-02-30",
      "25:00",
      "2025-01-01T24:00",
      "yesterday",
      "2025-01-01T10:00+25:61x",
    ]) {
      expect(() => toMs(text)).toThrow("no date");
    }
  });
});

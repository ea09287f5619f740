import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { computeStep } from "../test-step";
import { formatIso, parseInstant, parseOffset } from "./instant";

const format = (date: string | number, pattern: string, rest = {}) =>
  computeStep("date.format", { date, format: pattern, ...rest });
const add = (date: string, rest: Record<string, number | string>) => computeStep("date.add", { date, ...rest });

describe("an instant", () => {
  test("is read from ISO 8601 or Unix milliseconds", () => {
    const at = Date.UTC(2026, 2, 1, 9, 5, 7, 250);
    for (const text of [
      "2026-03-01T09:05:07.250Z",
      "2026-03-01t09:05:07.25z",
      "2026-03-01 09:05:07,2509",
      "2026-03-01T11:05:07.250+02:00",
      "2026-03-01T03:35:07.250-0530",
    ]) {
      expect([text, parseInstant(text)]).toEqual([text, at]);
    }
    expect(parseInstant("2026-03-01")).toBe(Date.UTC(2026, 2, 1));
    expect(parseInstant("0001-01-01T00:00Z")).toBe(-62_135_596_800_000);
    expect(parseInstant(12.9)).toBe(12);
  });

  test("is refused when there is no such date", () => {
    for (const text of [
      "2026-02-29",
      "2026-13-01",
      "2026-00-01",
      "2026-01-01T24:00Z",
      "2026-01-01T00:60Z",
      "tomorrow",
      "",
      "2026-1-1",
      "1/2/2026",
      "2026-01-01T00:00:00+19:00",
    ]) {
      expect([text, format(text, "YYYY")]).toEqual([text, expect.stringMatching(/^fault DATE_(OFFSET_)?INVALID$/)]);
    }
    expect(format(9e15, "YYYY")).toBe("fault DATE_INVALID");
    expect(format("2026-01-01", "YYYY", { offset: "CET" })).toBe("fault DATE_OFFSET_INVALID");
  });

  test("is written and read back the same, in any offset", () => {
    const offset = fc.integer({ min: -18 * 60, max: 18 * 60 });
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 200_000_000_000_000 }), offset, (atMs, minutes) => {
        expect(parseInstant(formatIso(atMs, minutes))).toBe(atMs);
      }),
    );
    expect(parseOffset("-00:30")).toBe(-30);
  });
});

describe("date steps", () => {
  test("format every part, in an offset, with literal text in brackets", () => {
    const at = "2026-03-01T21:05:07.009Z";
    expect(format(at, "YYYY YY MM M DD D HH H hh h mm m ss s SSS A Z [YYYY]")).toBe(
      "2026 26 03 3 01 1 21 21 09 9 05 5 07 7 009 PM +00:00 YYYY",
    );
    expect(format(at, "dddd ddd MMMM MMM, YYYY-MM-DD HH:mm Z", { offset: "+05:30" })).toBe(
      "Monday Mon March Mar, 2026-03-02 02:35 +05:30",
    );
    expect(format(at, "X")).toBe("1772399107");
    expect(format("2026-03-01T00:30:00Z", "h A")).toBe("12 AM");
  });

  test("add months by the calendar of the offset and the rest as exact time", () => {
    expect(add("2024-01-31T00:00:00Z", { months: 1 })).toBe("2024-02-29T00:00:00.000Z");
    expect(add("2024-02-29T00:00:00Z", { years: 1 })).toBe("2025-02-28T00:00:00.000Z");
    expect(add("2026-01-15T00:00:00Z", { months: -13 })).toBe("2024-12-15T00:00:00.000Z");
    expect(add("2026-01-31T23:30:00Z", { months: 1, offset: "+02:00" })).toBe("2026-03-01T01:30:00.000+02:00");
    expect(add("2026-01-01T00:00:00Z", { weeks: 1, days: 1, hours: -1, minutes: 1, seconds: 1 })).toBe(
      "2026-01-08T23:01:01.000Z",
    );
    expect(add("2026-01-01", { years: 1_000_000 })).toBe("fault DATE_INVALID");
  });

  test("measure the time between two dates", () => {
    expect(computeStep("date.difference", { from: "2026-01-02", to: "2026-01-01", unit: "hours" })).toBe(-24);
  });
});

import { ExpressionError } from "../error";
import { fromLocalMs, getZone } from "./zone";

/** The years 1 to 9999, which ISO 8601 writes with four digits. */
const msMin = -62_135_596_800_000;
const msMax = 253_402_300_799_999;

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

const unreadable = () =>
  new ExpressionError(
    "TYPE",
    "this is no date: dates are ISO 8601 text, as 2025-01-31T12:00:00Z, or Unix milliseconds",
  );

/** Unix milliseconds of a date. Text without an offset is local time of the zone (UTC unless given). */
export function toMs(value: string | number, zoneName = "UTC"): number {
  if (typeof value === "number") return checkMs(Math.trunc(value));
  const match = value.length > 40 ? null : isoPattern.exec(value.trim());
  if (!match) throw unreadable();
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const localMs = localMsOf({
    year,
    month,
    day,
    hour,
    minute,
    second,
    ms: Number((match[7] ?? "0").padEnd(3, "0").slice(0, 3)),
  });
  if (localMs === undefined) throw unreadable();
  const offset = match[8];
  return checkMs(offset === undefined ? fromLocalMs(getZone(zoneName), localMs) : localMs - offsetMs(offset));
}

/** `Z`, `+hh`, `+hhmm` or `+hh:mm` in milliseconds. */
export function offsetMs(offset: string): number {
  if (offset === "Z" || offset === "z") return 0;
  const digits = offset.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (offset.startsWith("-") ? -minutes : minutes) * 60_000;
}

export function checkMs(ms: number): number {
  if (ms >= msMin && ms <= msMax) return ms;
  throw new ExpressionError("TYPE", "dates lie between the years 1 and 9999");
}

/** `2025-01-31T12:00:00.000Z`. */
export const toIso = (ms: number): string => new Date(checkMs(ms)).toISOString();

/** A date and time of day as calendars and clocks show it. `month` and `day` count from 1. */
export type LocalTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
};

/** Milliseconds as if the local time were UTC; `undefined` if there is no such day or time. */
export function localMsOf(time: LocalTime): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  if (time.month < 1 || date.getUTCMonth() !== time.month - 1 || date.getUTCDate() !== time.day) return undefined;
  if (time.hour > 23 || time.minute > 59 || time.second > 59) return undefined;
  return date.getTime() + time.hour * 3_600_000 + time.minute * 60_000 + time.second * 1000 + time.ms;
}

export function localTimeOf(localMs: number): LocalTime {
  const date = new Date(localMs);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    ms: date.getUTCMilliseconds(),
  };
}

import { ExpressionError } from "../error";
import { checkMs } from "./instant";
import { fromLocalMs, offsetMsAt, type Zone } from "./zone";

const fixedMs = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 } as const;
const units = ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"] as const;
export type Unit = (typeof units)[number];

/** Reads `day` or `days`. */
export function parseUnit(text: string): Unit {
  const unit = units.find((each) => text === each || text === `${each}s`);
  if (unit) return unit;
  throw new ExpressionError("TYPE", `a unit of time is one of ${units.join(", ")}`);
}

const isFixed = (unit: Unit): unit is keyof typeof fixedMs => Object.hasOwn(fixedMs, unit);

/** Adds a whole number of units. Days and longer keep the local time of day; a day that a month lacks becomes its last. */
export function addUnits(ms: number, count: number, unit: Unit, zone: Zone): number {
  if (isFixed(unit)) return checkMs(ms + count * fixedMs[unit]);
  const localMs = ms + offsetMsAt(zone, ms);
  return checkMs(fromLocalMs(zone, addLocal(localMs, count, unit)));
}

function addLocal(localMs: number, count: number, unit: Exclude<Unit, keyof typeof fixedMs>): number {
  const date = new Date(localMs);
  if (unit === "day" || unit === "week") return localMs + count * (unit === "week" ? 7 : 1) * 86_400_000;
  const months = count * { year: 12, quarter: 3, month: 1 }[unit];
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  // Day 0 of the next month is the last of this one.
  const last = new Date(0);
  last.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, last.getUTCDate()));
  checkMs(date.getTime());
  return date.getTime();
}

/** The first instant of the unit around an instant. Weeks begin on Monday. */
export function startOfUnit(ms: number, unit: Unit, zone: Zone): number {
  const localMs = ms + offsetMsAt(zone, ms);
  const date = new Date(localMs);
  if (isFixed(unit)) return checkMs(ms - mod(localMs, fixedMs[unit]));
  date.setUTCHours(0, 0, 0, 0);
  if (unit === "week") date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (unit === "month" || unit === "quarter" || unit === "year") date.setUTCDate(1);
  if (unit === "quarter") date.setUTCMonth(date.getUTCMonth() - (date.getUTCMonth() % 3));
  if (unit === "year") date.setUTCMonth(0);
  return checkMs(fromLocalMs(zone, date.getTime()));
}

/** How many whole units lie between two instants; negative if the second is earlier. */
export function unitsBetween(fromMs: number, toMs: number, unit: Unit, zone: Zone): number {
  if (isFixed(unit)) return Math.trunc((toMs - fromMs) / fixedMs[unit]);
  if (toMs < fromMs) return 0 - unitsBetween(toMs, fromMs, unit, zone);
  const averageMs = { year: 365.2425, quarter: 91.310_625, month: 30.436_875, week: 7, day: 1 }[unit] * 86_400_000;
  // Real units differ from the average by less than one in all: two less is never too many, a few steps make it exact.
  let count = Math.max(0, Math.floor((toMs - fromMs) / averageMs) - 2);
  while (fits(fromMs, count + 1, unit, zone, toMs)) count++;
  return count;
}

function fits(fromMs: number, count: number, unit: Unit, zone: Zone, limitMs: number): boolean {
  try {
    return addUnits(fromMs, count, unit, zone) <= limitMs;
  } catch {
    return false;
  }
}

const mod = (value: number, by: number) => ((value % by) + by) % by;

/** The ISO week date: weeks begin on Monday, and week 1 has the year's first Thursday. */
export function isoWeek(localMs: number): { year: number; week: number } {
  const thursday = new Date(localMs);
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
  const start = new Date(0);
  start.setUTCFullYear(thursday.getUTCFullYear(), 0, 1);
  return {
    year: thursday.getUTCFullYear(),
    week: 1 + Math.floor((thursday.getTime() - start.getTime()) / (7 * 86_400_000)),
  };
}

import { StepFault } from "@dap/contract";

/** Days since 1970 and the clock are reckoned by the proleptic Gregorian calendar in a fixed offset: no time zone data is used. */

const msMax = 8.64e15;

/** Reads an instant: Unix milliseconds, or ISO 8601 with an offset, without one meaning UTC. Throws `DATE_INVALID`. */
export function parseInstant(value: string | number): number {
  const atMs = typeof value === "number" ? value : parseIso(value);
  if (!Number.isFinite(atMs) || Math.abs(atMs) > msMax) throw invalid(value);
  return Math.trunc(atMs);
}

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d{2}:?\d{2})?)?$/;

function parseIso(text: string): number {
  const match = text.trim().match(iso);
  if (!match) throw invalid(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const milliseconds = Math.trunc(Number(`0.${match[7] ?? "0"}`) * 1_000);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw invalid(text);
  if (hour > 23 || minute > 59 || second > 59) throw invalid(text);
  const offset = match[8] === undefined ? 0 : parseOffset(match[8]);
  return utcMs(year, month, day) + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + milliseconds;
}

/** `Z`, `+02:00` or `-0530`, in minutes east of UTC. Throws `DATE_OFFSET_INVALID`. */
export function parseOffset(text: string): number {
  if (/^(z|utc)$/i.test(text)) return 0;
  const [, sign, hours = "", minutes = ""] = text.match(/^([+-])(\d{2}):?(\d{2})$/) ?? [];
  if (!sign || Number(hours) > 18 || Number(minutes) > 59) {
    throw new StepFault("DATE_OFFSET_INVALID", `${JSON.stringify(text.slice(0, 32))} is not an offset like +02:00.`);
  }
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
}

/** Milliseconds of a day's beginning in UTC; a year below 100 is that year. */
export function utcMs(year: number, month: number, day: number): number {
  const date = new Date(0);
  return date.setUTCFullYear(year, month - 1, day);
}

export const daysInMonth = (year: number, month: number): number => new Date(utcMs(year, month + 1, 0)).getUTCDate();

/** The instant written in an offset: `2026-01-31T09:00:00.000+02:00`, with `Z` for UTC. */
export function formatIso(atMs: number, offsetMinutes: number): string {
  if (Math.abs(atMs) > msMax - 86_400_000) throw invalid(atMs);
  const text = new Date(atMs + offsetMinutes * 60_000).toISOString();
  return offsetMinutes === 0 ? text : `${text.slice(0, -1)}${offsetText(offsetMinutes)}`;
}

/** `+02:00`; UTC as `+00:00`. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(Math.trunc(size / 60))}:${pad(size % 60)}`;
}

const invalid = (value: string | number) =>
  new StepFault(
    "DATE_INVALID",
    `${JSON.stringify(typeof value === "string" ? value.slice(0, 64) : value)} is not a date.`,
  );

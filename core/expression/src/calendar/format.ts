import { ExpressionError } from "../error";
import { type LocalTime, localMsOf, localTimeOf, offsetMs } from "./instant";

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Letters in a row, a text in single quotes, or anything else. */
const partPattern = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;

const two = (value: number) => String(value).padStart(2, "0");

type Show = (time: LocalTime, offset: number, weekday: number) => string;

/** Unicode date fields (UTS 35), those that need no language but English. */
const fields: Readonly<Record<string, Show>> = {
  yyyy: ({ year }) => String(year).padStart(4, "0"),
  yy: ({ year }) => two(year % 100),
  MMMM: ({ month }) => months[month - 1] ?? "",
  MMM: ({ month }) => (months[month - 1] ?? "").slice(0, 3),
  MM: ({ month }) => two(month),
  M: ({ month }) => String(month),
  dd: ({ day }) => two(day),
  d: ({ day }) => String(day),
  EEEE: (_time, _offset, weekday) => days[weekday] ?? "",
  EEE: (_time, _offset, weekday) => (days[weekday] ?? "").slice(0, 3),
  HH: ({ hour }) => two(hour),
  H: ({ hour }) => String(hour),
  hh: ({ hour }) => two(hour % 12 || 12),
  h: ({ hour }) => String(hour % 12 || 12),
  mm: ({ minute }) => two(minute),
  m: ({ minute }) => String(minute),
  ss: ({ second }) => two(second),
  s: ({ second }) => String(second),
  SSS: ({ ms }) => String(ms).padStart(3, "0"),
  a: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  xxx: (_time, offset) => writeOffset(offset, ":"),
  xx: (_time, offset) => writeOffset(offset, ""),
  XXX: (_time, offset) => (offset === 0 ? "Z" : writeOffset(offset, ":")),
};

/** `+hh:mm`; a zone's seconds, which no present zone has, are cut. */
export function writeOffset(offset: number, separator: string): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

const unknownField = (letters: string) =>
  new ExpressionError(
    "TYPE",
    `"${letters}" is no part of a date; put plain text in single quotes, as in yyyy-MM-dd'T'HH:mm`,
  );

/** Writes a local time, whose offset from UTC is `offset` milliseconds, by a pattern. */
export function formatLocal(localMs: number, offset: number, pattern: string): string {
  const time = localTimeOf(localMs);
  const weekday = new Date(localMs).getUTCDay();
  return pattern.replace(partPattern, (part, quoted: string | undefined, letter: string | undefined) => {
    if (quoted !== undefined) return quoted === "" ? "'" : quoted.replaceAll("''", "'");
    if (letter === undefined) return part;
    const show = Object.hasOwn(fields, part) ? fields[part] : undefined;
    if (!show) throw unknownField(part);
    return show(time, offset, weekday);
  });
}

type Found = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
  isPm?: boolean;
  offset?: number;
};

/** Reads a number of so many digits. */
const digits = (
  key: "year" | "month" | "day" | "hour" | "minute" | "second" | "ms",
  min: number,
  max: number,
): Read => [
  new RegExp(`\\d{${min},${max}}`, "y"),
  (found, text) => {
    found[key] = Number(text);
  },
];
type Read = readonly [pattern: RegExp, take: (found: Found, text: string) => void];

/** Reads a name of three letters, or a whole one, by its place in a list. */
const monthName = (pattern: RegExp, names: readonly string[]): Read => [
  pattern,
  (found, text) => {
    found.month = 1 + names.findIndex((name) => name.toLowerCase() === text.toLowerCase());
  },
];
const offsetField = (pattern: RegExp): Read => [
  pattern,
  (found, text) => {
    found.offset = offsetMs(text);
  },
];
const ignored = (pattern: RegExp): Read => [pattern, () => undefined];

const readers: Readonly<Record<string, Read>> = {
  yyyy: digits("year", 4, 4),
  MMMM: monthName(/[A-Za-z]+/y, months),
  MMM: monthName(
    /[A-Za-z]{3}/y,
    months.map((name) => name.slice(0, 3)),
  ),
  MM: digits("month", 2, 2),
  M: digits("month", 1, 2),
  dd: digits("day", 2, 2),
  d: digits("day", 1, 2),
  EEEE: ignored(/[A-Za-z]+/y),
  EEE: ignored(/[A-Za-z]{3}/y),
  HH: digits("hour", 2, 2),
  H: digits("hour", 1, 2),
  hh: digits("hour", 2, 2),
  h: digits("hour", 1, 2),
  mm: digits("minute", 2, 2),
  m: digits("minute", 1, 2),
  ss: digits("second", 2, 2),
  s: digits("second", 1, 2),
  SSS: digits("ms", 3, 3),
  yy: [
    /\d{2}/y,
    (found, text) => {
      found.year = 2000 + Number(text);
    },
  ],
  a: [
    /[AaPp][Mm]/y,
    (found, text) => {
      found.isPm = text.toLowerCase() === "pm";
    },
  ],
  xxx: offsetField(/[+-]\d{2}:\d{2}/y),
  xx: offsetField(/[+-]\d{4}/y),
  XXX: offsetField(/Z|[+-]\d{2}:\d{2}/y),
};

/** Reads text by the same patterns. `undefined` if it does not fit; `offset` only if the pattern has one. */
export function parseLocal(text: string, pattern: string): { localMs: number; offset: number | undefined } | undefined {
  const found: Found = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, ms: 0 };
  let at = 0;
  for (const [part, quoted, letter] of pattern.matchAll(partPattern)) {
    const length = letter === undefined ? literalLength(text, at, part, quoted) : readField(found, text, at, part);
    if (length === undefined) return undefined;
    at += length;
  }
  if (at !== text.length) return undefined;
  if (found.isPm !== undefined) {
    if (found.hour < 1 || found.hour > 12) return undefined;
    found.hour = (found.hour % 12) + (found.isPm ? 12 : 0);
  }
  const localMs = localMsOf(found);
  return localMs === undefined ? undefined : { localMs, offset: found.offset };
}

function literalLength(text: string, at: number, part: string, quoted: string | undefined): number | undefined {
  const wanted = quoted === undefined ? part : quoted === "" ? "'" : quoted.replaceAll("''", "'");
  return text.startsWith(wanted, at) ? wanted.length : undefined;
}

function readField(found: Found, text: string, at: number, part: string): number | undefined {
  const reader = Object.hasOwn(readers, part) ? readers[part] : undefined;
  if (!reader) throw unknownField(part);
  const [pattern, take] = reader;
  pattern.lastIndex = at;
  const match = pattern.exec(text)?.[0];
  if (match === undefined) return undefined;
  take(found, match);
  return match.length;
}

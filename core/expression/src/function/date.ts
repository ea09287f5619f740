import { formatLocal, parseLocal, writeOffset } from "../calendar/format";
import { checkMs, toIso, toMs } from "../calendar/instant";
import { addUnits, isoWeek, parseUnit, startOfUnit, unitsBetween } from "../calendar/unit";
import { fromLocalMs, getZone, offsetMsAt } from "../calendar/zone";
import { ExpressionError } from "../error";
import { any, define, instant, integer, number, optional, text } from "./definition";

const zoned = [instant("value"), optional(text("zone"))] as const;

/** A field of a date in a zone; `localMs` is local time as if it were UTC. */
const part = (
  name: string,
  description: string,
  example: readonly [string, number],
  compute: (localMs: number) => number,
) =>
  define({
    name,
    parameters: zoned,
    returns: "integer",
    description,
    examples: [example],
    run: (_meter, value, zoneName = "UTC") => {
      const ms = toMs(value, zoneName);
      return compute(ms + offsetMsAt(getZone(zoneName), ms));
    },
  });

const isDate = (value: unknown): boolean => {
  if (typeof value !== "string") return false;
  try {
    toMs(value);
    return true;
  } catch {
    return false;
  }
};

export const dateFunctions = [
  define({
    name: "date",
    parameters: zoned,
    returns: "text",
    description:
      "A date as ISO 8601 text in UTC. Dates are given as such text or as Unix milliseconds; text without an offset is local time of the zone (IANA name; UTC unless given).",
    examples: [
      ['date("2025-01-31T12:00:00+02:00")', "2025-01-31T10:00:00.000Z"],
      ['date("2025-07-01 09:30", "Europe/Berlin")', "2025-07-01T07:30:00.000Z"],
      ["date(0)", "1970-01-01T00:00:00.000Z"],
    ],
    run: (_meter, value, zone) => toIso(toMs(value, zone)),
  }),
  define({
    name: "isDate",
    parameters: [any("value")],
    returns: "boolean",
    description: "Whether the value is a text that shows a date in ISO 8601.",
    examples: [
      ['isDate("2024-02-29")', true],
      ['isDate("2025-02-29")', false],
    ],
    run: (_meter, value) => isDate(value),
  }),
  define({
    name: "formatDate",
    parameters: [instant("value"), text("pattern"), optional(text("zone"))],
    returns: "text",
    description:
      "The date by a pattern: yyyy yy MMMM MMM MM M dd d EEEE EEE HH H hh h mm m ss s SSS a xxx xx XXX; plain text in single quotes.",
    examples: [
      ['formatDate("2025-07-01T07:30:00Z", "EEE d MMM yyyy, HH:mm", "Europe/Berlin")', "Tue 1 Jul 2025, 09:30"],
    ],
    run: (meter, value, pattern, zoneName = "UTC") => {
      const ms = toMs(value, zoneName);
      meter.charge(pattern.length, pattern.length * 4);
      const offset = offsetMsAt(getZone(zoneName), ms);
      return formatLocal(ms + offset, offset, pattern);
    },
  }),
  define({
    name: "parseDate",
    parameters: [text("value"), text("pattern"), optional(text("zone"))],
    returns: "text",
    description:
      "The date that a text shows by a pattern (as in formatDate), as ISO 8601 text in UTC. Fails if it does not fit.",
    examples: [['parseDate("31.01.2025 18:00", "dd.MM.yyyy HH:mm", "Europe/Berlin")', "2025-01-31T17:00:00.000Z"]],
    run: (meter, value, pattern, zoneName = "UTC") => {
      meter.charge(pattern.length, 0);
      const found = parseLocal(value, pattern);
      if (!found) throw new ExpressionError("TYPE", "this text is no date by this pattern");
      const { localMs, offset } = found;
      return toIso(offset === undefined ? fromLocalMs(getZone(zoneName), localMs) : localMs - offset);
    },
  }),
  define({
    name: "inZone",
    parameters: [instant("value"), text("zone")],
    returns: "text",
    description: "The date as ISO 8601 text with the local time and offset of a zone.",
    examples: [['inZone("2025-01-31T12:00:00Z", "America/New_York")', "2025-01-31T07:00:00.000-05:00"]],
    run: (_meter, value, zoneName) => {
      const ms = toMs(value, zoneName);
      const offset = offsetMsAt(getZone(zoneName), ms);
      return toIso(ms + offset).replace("Z", writeOffset(offset, ":"));
    },
  }),
  define({
    name: "addTime",
    aliases: ["dateAdd"],
    parameters: [instant("value"), integer("count"), text("unit"), optional(text("zone"))],
    returns: "text",
    description:
      "The date later by so many units (year, quarter, month, week, day, hour, minute, second, millisecond), earlier if negative. Days and longer keep the local time of the zone.",
    examples: [
      ['addTime("2025-01-31T00:00:00Z", 1, "month")', "2025-02-28T00:00:00.000Z"],
      ['addTime("2025-03-29T12:00:00+01:00", 1, "day", "Europe/Berlin")', "2025-03-30T10:00:00.000Z"],
    ],
    run: (_meter, value, count, unit, zone = "UTC") =>
      toIso(addUnits(toMs(value, zone), count, parseUnit(unit), getZone(zone))),
  }),
  define({
    name: "timeBetween",
    aliases: ["dateDiff"],
    parameters: [instant("start"), instant("end"), text("unit"), optional(text("zone"))],
    returns: "integer",
    description: "How many whole units lie between two dates; negative if the second is earlier.",
    examples: [
      ['timeBetween("2025-01-01", "2025-03-01", "days")', 59],
      ['timeBetween("2025-01-31", "2025-02-28", "month")', 1],
    ],
    run: (_meter, from, to, unit, zone = "UTC") =>
      unitsBetween(toMs(from, zone), toMs(to, zone), parseUnit(unit), getZone(zone)),
  }),
  define({
    name: "startOf",
    parameters: [instant("value"), text("unit"), optional(text("zone"))],
    returns: "text",
    description: "The first moment of the unit that the date is in. Weeks begin on Monday.",
    examples: [['startOf("2025-07-10T09:30:00Z", "week", "Europe/Berlin")', "2025-07-06T22:00:00.000Z"]],
    run: (_meter, value, unit, zone = "UTC") => toIso(startOfUnit(toMs(value, zone), parseUnit(unit), getZone(zone))),
  }),
  define({
    name: "endOf",
    parameters: [instant("value"), text("unit"), optional(text("zone"))],
    returns: "text",
    description: "The last millisecond of the unit that the date is in.",
    examples: [['endOf("2024-02-10", "month")', "2024-02-29T23:59:59.999Z"]],
    run: (_meter, value, unitName, zoneName = "UTC") => {
      const unit = parseUnit(unitName);
      const zone = getZone(zoneName);
      return toIso(addUnits(startOfUnit(toMs(value, zoneName), unit, zone), 1, unit, zone) - 1);
    },
  }),
  define({
    name: "isBefore",
    parameters: [instant("left"), instant("right")],
    returns: "boolean",
    description: "Whether the first date is earlier.",
    examples: [['isBefore("2025-01-01T00:00:00+01:00", "2025-01-01")', true]],
    run: (_meter, left, right) => toMs(left) < toMs(right),
  }),
  define({
    name: "isAfter",
    parameters: [instant("left"), instant("right")],
    returns: "boolean",
    description: "Whether the first date is later.",
    examples: [['isAfter("2025-01-02", "2025-01-01")', true]],
    run: (_meter, left, right) => toMs(left) > toMs(right),
  }),
  define({
    name: "unixMs",
    parameters: zoned,
    returns: "integer",
    description: "The date in milliseconds since 1970.",
    examples: [['unixMs("1970-01-01T00:00:01Z")', 1000]],
    run: (_meter, value, zone) => toMs(value, zone),
  }),
  define({
    name: "unixSeconds",
    parameters: zoned,
    returns: "integer",
    description: "The date in whole seconds since 1970.",
    examples: [['unixSeconds("1970-01-01T00:01:00Z")', 60]],
    run: (_meter, value, zone) => Math.floor(toMs(value, zone) / 1000),
  }),
  define({
    name: "fromUnixSeconds",
    parameters: [number("seconds")],
    returns: "text",
    description: "The date that lies so many seconds after the start of 1970.",
    examples: [["fromUnixSeconds(60)", "1970-01-01T00:01:00.000Z"]],
    run: (_meter, seconds) => toIso(checkMs(Math.round(seconds * 1000))),
  }),
  part("year", "The year of a date.", ['year("2025-07-01")', 2025], (ms) => new Date(ms).getUTCFullYear()),
  part("month", "The month of a date, 1 to 12.", ['month("2025-07-01")', 7], (ms) => new Date(ms).getUTCMonth() + 1),
  part("day", "The day of the month.", ['day("2025-07-01T23:00:00Z", "Europe/Berlin")', 2], (ms) =>
    new Date(ms).getUTCDate(),
  ),
  part("hour", "The hour of a date, 0 to 23.", ['hour("2025-07-01T10:00:00Z", "Asia/Kolkata")', 15], (ms) =>
    new Date(ms).getUTCHours(),
  ),
  part("minute", "The minute of a date.", ['minute("2025-07-01T10:20:00Z")', 20], (ms) => new Date(ms).getUTCMinutes()),
  part("second", "The second of a date.", ['second("2025-07-01T10:20:30Z")', 30], (ms) => new Date(ms).getUTCSeconds()),
  part(
    "weekday",
    "The day of the week, 1 (Monday) to 7.",
    ['weekday("2025-07-06")', 7],
    (ms) => new Date(ms).getUTCDay() || 7,
  ),
  part("weekOfYear", "The ISO week of a date, 1 to 53.", ['weekOfYear("2024-12-30")', 1], (ms) => isoWeek(ms).week),
];

import { Type } from "@sinclair/typebox";
import { defineAction } from "../kit/define";
import { closed, OneOf } from "../kit/schema";
import { Instant, Offset } from "./field";
import { daysInMonth, formatIso, parseInstant, parseOffset, utcMs } from "./instant";

const Count = (title: string) =>
  Type.Optional(Type.Integer({ title, minimum: -1_000_000_000, maximum: 1_000_000_000 }));

/** Years and months first (the day is cut to the month's last), then the rest as exact time. */
export const add = defineAction({
  name: "add",
  title: "Add to a date",
  description: "Moves a date by years, months, weeks, days, hours, minutes and seconds; negative numbers move it back.",
  effect: "pure",
  input: Type.Object(
    {
      date: Instant,
      years: Count("Years"),
      months: Count("Months"),
      weeks: Count("Weeks"),
      days: Count("Days"),
      hours: Count("Hours"),
      minutes: Count("Minutes"),
      seconds: Count("Seconds"),
      offset: Offset,
    },
    closed,
  ),
  output: Type.String({ description: "ISO 8601" }),
  sample: { with: { date: "2026-01-31T09:00:00Z", months: 1 }, output: "2026-02-28T09:00:00.000Z" },
  compute: (
    { date, years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, offset = "Z" },
    budget,
  ) => {
    budget.charge(4);
    const offsetMinutes = parseOffset(offset);
    const moved = addMonths(parseInstant(date) + offsetMinutes * 60_000, years * 12 + months) - offsetMinutes * 60_000;
    const seconds_ = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
    return formatIso(parseInstant(moved + seconds_ * 1_000), offsetMinutes);
  },
});

function addMonths(localMs: number, months: number): number {
  if (months === 0) return localMs;
  const date = new Date(localMs);
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const [year, month] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  const timeOfDayMs = localMs - utcMs(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  return utcMs(year, month, Math.min(date.getUTCDate(), daysInMonth(year, month))) + timeOfDayMs;
}

const unitMs = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
} as const;

export const difference = defineAction({
  name: "difference",
  title: "Time between two dates",
  description: "Says how much later `to` is than `from`, with fractions; negative when it is earlier.",
  effect: "pure",
  input: Type.Object(
    {
      from: Instant,
      to: Instant,
      unit: OneOf(["milliseconds", "seconds", "minutes", "hours", "days", "weeks"], { title: "Unit" }),
    },
    closed,
  ),
  output: Type.Number(),
  sample: { with: { from: "2026-01-01", to: "2026-01-02T12:00:00Z", unit: "days" }, output: 1.5 },
  compute: ({ from, to, unit }, budget) => {
    budget.charge(2);
    return (parseInstant(to) - parseInstant(from)) / unitMs[unit];
  },
});

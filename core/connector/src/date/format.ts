import { Type } from "@sinclair/typebox";
import { chargeText } from "../kit/cost";
import { defineAction } from "../kit/define";
import { closed } from "../kit/schema";
import { Instant, Offset } from "./field";
import { offsetText, parseInstant, parseOffset } from "./instant";

const months = "January February March April May June July August September October November December".split(" ");
const weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

export const format = defineAction({
  name: "format",
  title: "Format a date",
  description: "Writes a date as text: YYYY-MM-DD HH:mm:ss and the like; text in [brackets] stays as it is.",
  effect: "pure",
  input: Type.Object(
    {
      date: Instant,
      format: Type.String({ title: "Format", description: "e.g. D MMMM YYYY", minLength: 1, maxLength: 256 }),
      offset: Offset,
    },
    closed,
  ),
  output: Type.String(),
  sample: { with: { date: "2026-03-01T09:05:00Z", format: "ddd D MMM YYYY, HH:mm" }, output: "Sun 1 Mar 2026, 09:05" },
  compute: ({ date, format, offset = "Z" }, budget) => {
    chargeText(budget, format.length, format.length * 4);
    const minutes = parseOffset(offset);
    const local = new Date(parseInstant(date) + minutes * 60_000); // read by its UTC fields only
    return format.replace(
      /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|A|Z|X/g,
      (token, literal: string | undefined) => literal ?? piece(token, local, minutes),
    );
  },
});

function piece(token: string, date: Date, offsetMinutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const hour12 = date.getUTCHours() % 12 || 12;
  const month = months[date.getUTCMonth()] ?? "";
  const weekday = weekdays[date.getUTCDay()] ?? "";
  const pieces: Readonly<Record<string, string>> = {
    YYYY: String(date.getUTCFullYear()).padStart(4, "0"),
    YY: two(((date.getUTCFullYear() % 100) + 100) % 100),
    MMMM: month,
    MMM: month.slice(0, 3),
    MM: two(date.getUTCMonth() + 1),
    M: String(date.getUTCMonth() + 1),
    DD: two(date.getUTCDate()),
    D: String(date.getUTCDate()),
    dddd: weekday,
    ddd: weekday.slice(0, 3),
    HH: two(date.getUTCHours()),
    H: String(date.getUTCHours()),
    hh: two(hour12),
    h: String(hour12),
    mm: two(date.getUTCMinutes()),
    m: String(date.getUTCMinutes()),
    ss: two(date.getUTCSeconds()),
    s: String(date.getUTCSeconds()),
    SSS: String(date.getUTCMilliseconds()).padStart(3, "0"),
    A: date.getUTCHours() < 12 ? "AM" : "PM",
    Z: offsetText(offsetMinutes),
    X: String(Math.floor((date.getTime() - offsetMinutes * 60_000) / 1_000)),
  };
  return pieces[token] ?? token;
}

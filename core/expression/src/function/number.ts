import { ExpressionError } from "../error";
import { finite } from "../evaluate/operator";
import { describeValue, type Value } from "../evaluate/value";
import { any, define, integer, number, optional, text } from "./definition";

const simple = (
  name: string,
  returns: "number" | "integer",
  description: string,
  example: readonly [string, number],
  compute: (value: number) => number,
) =>
  define({
    name,
    parameters: [number("value")],
    returns,
    description,
    examples: [example],
    run: (_meter, value) => finite(compute(value)),
  });

export const numberFunctions = [
  define({
    name: "number",
    aliases: ["toNumber"],
    parameters: [any("value")],
    returns: "number",
    description:
      "The number that a text shows, as JSON writes numbers; true is 1 and false is 0. Fails for any other text.",
    examples: [
      ['number(" 12.5 ")', 12.5],
      ["number(true)", 1],
    ],
    run: (_meter, value) => toNumber(value),
  }),
  define({
    name: "isNumber",
    parameters: [any("value")],
    returns: "boolean",
    description: "Whether the value is a number, or a text that shows one.",
    examples: [
      ['isNumber("1e3")', true],
      ['isNumber("1,000")', false],
    ],
    run: (_meter, value) => typeof value === "number" || parsedNumber(value) !== undefined,
  }),
  simple("abs", "number", "The number without its sign.", ["abs(-2)", 2], Math.abs),
  simple("ceil", "integer", "The next whole number upwards.", ["ceil(1.2)", 2], Math.ceil),
  simple("floor", "integer", "The next whole number downwards.", ["floor(-1.2)", -2], Math.floor),
  simple("trunc", "integer", "The number without its fraction.", ["trunc(-1.7)", -1], Math.trunc),
  simple("sign", "integer", "1, 0 or -1.", ["sign(-3)", -1], Math.sign),
  simple("sqrt", "number", "The square root.", ["sqrt(9)", 3], Math.sqrt),
  define({
    name: "round",
    parameters: [number("value"), optional(integer("digits"))],
    returns: "number",
    description: "The number rounded to so many digits after the point (0 to 15); a half goes away from zero.",
    examples: [
      ["round(2.5)", 3],
      ["1.005 | round(2)", 1.01],
      ["round(-2.5)", -3],
    ],
    run: (_meter, value, digits = 0) => round(value, digits),
  }),
  define({
    name: "toFixed",
    parameters: [number("value"), integer("digits")],
    returns: "text",
    description: "The number as text with exactly so many digits after the point (0 to 15).",
    examples: [["1.5 | toFixed(2)", "1.50"]],
    run: (_meter, value, digits) => fixed(value, digits),
  }),
  define({
    name: "formatNumber",
    parameters: [number("value"), optional(integer("digits")), optional(text("group")), optional(text("point"))],
    returns: "text",
    description:
      'The number for people: digits after the point (2), mark between thousands (","), decimal point (".").',
    examples: [
      ["formatNumber(1234567.891)", "1,234,567.89"],
      ['formatNumber(1234.5, 1, ".", ",")', "1.234,5"],
    ],
    run: (meter, value, digits = 2, group = ",", point = ".") => {
      const [whole = "", fraction] = fixed(value, digits).split(".");
      meter.charge(1, (whole.length + 1) * (1 + group.length) + point.length + digits);
      const sign = whole.startsWith("-") ? "-" : "";
      const grouped = inThousands(whole.slice(sign.length)).join(group);
      return sign + grouped + (fraction === undefined ? "" : point + fraction);
    },
  }),
  define({
    name: "clamp",
    parameters: [number("value"), number("min"), number("max")],
    returns: "number",
    description: "The number, or the bound that it is beyond.",
    examples: [["clamp(12, 0, 10)", 10]],
    run: (_meter, value, min, max) => Math.min(Math.max(value, min), max),
  }),
  define({
    name: "power",
    aliases: ["pow"],
    parameters: [number("value"), number("exponent")],
    returns: "number",
    description: "The number to a power. The same as **.",
    examples: [["power(2, 10)", 1024]],
    run: (_meter, value, exponent) => finite(value ** exponent),
  }),
];

const numberPattern = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function parsedNumber(value: Value): number | undefined {
  if (typeof value !== "string" || value.length > 400) return undefined;
  const trimmed = value.trim();
  const parsed = numberPattern.test(trimmed) ? Number(trimmed) : Number.NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const parsed = parsedNumber(value);
  if (parsed !== undefined) return parsed;
  const found = typeof value === "string" ? "this text" : describeValue(value);
  throw new ExpressionError("TYPE", `number cannot read ${found} as a number`);
}

function checkDigits(digits: number): void {
  if (digits < 0 || digits > 15) throw new ExpressionError("TYPE", "digits after the point are 0 to 15");
}

/** Rounds the decimal digits that the number prints with, so that 1.005 becomes 1.01 as people expect. */
export function round(value: number, digits: number): number {
  checkDigits(digits);
  const [mantissa = "0", exponent = "0"] = String(Math.abs(value)).split("e");
  const shifted = Number(`${mantissa}e${Number(exponent) + digits}`);
  if (!Number.isFinite(shifted) || shifted >= 2 ** 53) return value;
  const [whole = "0", rise = "0"] = String(Math.round(shifted)).split("e");
  const rounded = Number(`${whole}e${Number(rise) - digits}`);
  return value < 0 ? 0 - rounded : rounded;
}

function fixed(value: number, digits: number): string {
  const rounded = round(value, digits);
  // `toFixed` falls back to exponents from 1e21 on; such numbers have no fraction to show.
  return Math.abs(rounded) >= 1e21 ? BigInt(rounded).toString() : rounded.toFixed(digits);
}

function inThousands(digits: string): string[] {
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups;
}

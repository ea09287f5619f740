import { asNumber, type Keywords, refuse, type Visit } from "./node";

type Test = (value: number, limit: number) => boolean;

const limits: readonly (readonly [string, Test, string])[] = [
  ["minimum", (value, limit) => value >= limit, "at least"],
  ["maximum", (value, limit) => value <= limit, "at most"],
  ["exclusiveMinimum", (value, limit) => value > limit, "more than"],
  ["exclusiveMaximum", (value, limit) => value < limit, "less than"],
  ["multipleOf", isMultiple, "a multiple of"],
];

export function numberChecks(schema: Keywords, path: string): Visit[] {
  return limits.flatMap(([keyword, test, words]) => {
    if (schema[keyword] === undefined) return [];
    const limit = asNumber(schema[keyword], `${path}/${keyword}`, false);
    const message = `This must be ${words} ${limit}.`;
    return [(value, out, at) => typeof value !== "number" || test(value, limit) || refuse(out, at, message)] as Visit[];
  });
}

/** Decimal fractions have no exact binary form, so the quotient may miss a whole number by the last bits. */
function isMultiple(value: number, divisor: number): boolean {
  if (divisor <= 0) return false;
  const quotient = value / divisor;
  return Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * 2 ** -50;
}

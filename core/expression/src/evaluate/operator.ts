import { ExpressionError } from "../error";
import type { Meter } from "../meter";
import type { BinaryOperator } from "../syntax/ast";
import { compareValues, describeValue, isEqual, printText, type Value } from "./value";

type Operation = (left: Value, right: Value, meter: Meter, offset: number) => Value;

/** Every binary operator. Each begins with the case that is common, so that the others cost it nothing. */
export const operations: Readonly<Record<BinaryOperator, Operation>> = {
  "+": (left, right, meter, offset) => {
    if (typeof left === "number" && typeof right === "number") return finite(left + right, offset);
    if (typeof left === "string" || typeof right === "string") return joined(left, right, meter);
    throw wrong("+", left, right, offset);
  },
  "-": arithmetic("-", (left, right) => left - right),
  "*": arithmetic("*", (left, right) => left * right),
  "/": arithmetic("/", (left, right) => left / right),
  "%": arithmetic("%", (left, right) => left % right),
  "**": arithmetic("**", (left, right) => left ** right),
  "==": (left, right, meter) => left === right || isEqual(meter, left, right),
  "!=": (left, right, meter) => left !== right && !isEqual(meter, left, right),
  "<": comparison(
    "<",
    (left, right) => left < right,
    (order) => order < 0,
  ),
  "<=": comparison(
    "<=",
    (left, right) => left <= right,
    (order) => order <= 0,
  ),
  ">": comparison(
    ">",
    (left, right) => left > right,
    (order) => order > 0,
  ),
  ">=": comparison(
    ">=",
    (left, right) => left >= right,
    (order) => order >= 0,
  ),
};

function arithmetic(mark: BinaryOperator, compute: (left: number, right: number) => number): Operation {
  return (left, right, _meter, offset) => {
    if (typeof left !== "number" || typeof right !== "number") throw wrong(mark, left, right, offset);
    return finite(compute(left, right), offset);
  };
}

function comparison(
  mark: BinaryOperator,
  ofNumbers: (left: number, right: number) => boolean,
  ofOrder: (order: number) => boolean,
): Operation {
  return (left, right, meter, offset) => {
    if (typeof left === "number" && typeof right === "number") return ofNumbers(left, right);
    if (typeof left !== "string" || typeof right !== "string") throw wrong(mark, left, right, offset);
    meter.charge(Math.min(left.length, right.length) >> 4);
    return ofOrder(compareValues(left, right));
  };
}

function joined(left: Value, right: Value, meter: Meter): string {
  const start = printText(meter, left);
  return start + printText(meter, right);
}

/** `-value` of a number. */
export function negate(value: Value, offset: number): number {
  if (typeof value === "number") return -value;
  throw new ExpressionError("TYPE", `- needs a number, not ${describeValue(value)}`, offset);
}

/** Numbers stay finite, because JSON has no others. */
export function finite(value: number, offset?: number): number {
  if (Number.isFinite(value)) return value;
  const what = Number.isNaN(value) ? "this has no numeric result" : "this result is too large, or a division by zero";
  throw new ExpressionError("ARITHMETIC", what, offset);
}

function wrong(mark: BinaryOperator, left: Value, right: Value, offset: number): ExpressionError {
  const wanted =
    mark === "+" ? "two numbers or a text" : mark.match(/[<>]/) ? "two numbers or two texts" : "two numbers";
  const found = `${describeValue(left)} and ${describeValue(right)}`;
  return new ExpressionError("TYPE", `${mark} needs ${wanted}, not ${found}`, offset);
}

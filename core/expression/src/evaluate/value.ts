import type { Json, JsonObject } from "@dap/contract";
import { ExpressionError } from "../error";
import { expressionLimits } from "../limit";
import type { Meter } from "../meter";

/** What an expression computes with. `undefined` is a missing value; inside lists and objects there is none. */
export type Value = Json | undefined;

/** Objects under construction. They have no prototype, so that no key means anything but itself. */
export type MutableObject = { [key: string]: Json };
export const newObject = (): MutableObject => Object.create(null);

export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
export const isObject = (value: Value): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What `when`, `? :` and `!` make of a value: `false`, `0`, `""`, `null` and missing are false, all else is true. */
export const isTruthy = (value: Value): boolean => Boolean(value);

/** Lists have no holes: what is missing becomes `null` there. */
export const orNull = (value: Value): Json => (value === undefined ? null : value);

/** How a value prints inside a text: missing and `null` as nothing, lists and objects as JSON. */
export function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `toText` that pays for what it makes. */
export function printText(meter: Meter, value: Value): string {
  if (typeof value === "object" && value !== null) chargeValue(meter, value);
  const text = toText(value);
  meter.charge(0, text.length);
  return text;
}

/** What kind of value this is, in words that fit into "needs a text, not ...". */
export function describeValue(value: Value): string {
  if (value === undefined) return "a missing value";
  if (value === null) return "null";
  if (isList(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return "an object";
  }
}

const tooDeep = () => new ExpressionError("TOO_DEEP", "this value is nested too deeply");

/** Walks a value and charges for every part of it. Parts that occur twice are paid twice, as they would be written twice. */
export function chargeValue(meter: Meter, value: Value, depth = 0): void {
  if (typeof value !== "object" || value === null) {
    meter.charge(1, typeof value === "string" ? value.length + 2 : 8);
    return;
  }
  if (depth > expressionLimits.valueDepth) throw tooDeep();
  if (isList(value)) {
    meter.charge(1, 2 + value.length);
    for (const item of value) chargeValue(meter, item, depth + 1);
    return;
  }
  const keys = Object.keys(value);
  meter.charge(1, 2);
  for (const key of keys) {
    meter.charge(0, key.length + 4);
    chargeValue(meter, value[key], depth + 1);
  }
}

/** `==`: same type and same value; lists and objects part by part; a missing value equals `null`. */
export function isEqual(meter: Meter, left: Value, right: Value, depth = 0): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return (left === undefined || left === null) && (right === undefined || right === null);
  }
  if (depth > expressionLimits.valueDepth) throw tooDeep();
  if (isList(left)) return isList(right) && isEqualList(meter, left, right, depth);
  return !isList(right) && isEqualObject(meter, left, right, depth);
}

function isEqualList(meter: Meter, left: readonly Json[], right: readonly Json[], depth: number): boolean {
  if (left.length !== right.length) return false;
  meter.charge(left.length);
  return left.every((item, index) => isEqual(meter, item, right[index], depth + 1));
}

function isEqualObject(meter: Meter, left: JsonObject, right: JsonObject, depth: number): boolean {
  const keys = Object.keys(left);
  meter.charge(keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(meter, left[key], right[key], depth + 1));
}

/** Order of two values of one sort: numbers, texts (by UTF-16 unit, the same everywhere) or booleans. */
export function compareValues(left: Value, right: Value): number {
  const isComparable = typeof left === "number" || typeof left === "string" || typeof left === "boolean";
  if (!isComparable || typeof left !== typeof right) {
    throw new ExpressionError("TYPE", `${describeValue(left)} and ${describeValue(right)} have no order`);
  }
  if (left === right) return 0;
  // Both are of one of the three types above, which host comparison orders by value.
  return (left as number) < (right as number) ? -1 : 1;
}

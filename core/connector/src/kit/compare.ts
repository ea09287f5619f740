import { isJsonObject, type Json } from "@dap/contract";

/** Deep equality of JSON values; the order of keys does not count. */
export function isEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
  );
}

/** A text that is the same for equal values, and only for them: to look values up by. */
export function keyOf(value: Json | undefined): string {
  if (value === undefined) return "undefined";
  if (Array.isArray(value)) return `[${value.map(keyOf).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${keyOf(value[key])}`);
  return `{${pairs.join(",")}}`;
}

const rank = (value: Json | undefined): number => {
  switch (typeof value) {
    case "boolean":
      return 0;
    case "number":
      return 1;
    case "string":
      return 2;
    case "undefined":
      return 4;
    default:
      return value === null ? 4 : 3;
  }
};

/**
 * A total order of JSON values: false, true, numbers, texts by code unit (the same on every machine), lists and
 * objects (all equal), and last what is null or missing.
 */
export function compareValues(left: Json | undefined, right: Json | undefined): number {
  const byRank = rank(left) - rank(right);
  if (byRank !== 0) return byRank;
  if (typeof left === "object" || left === undefined || right === undefined || right === null || left === right)
    return 0;
  return left < right ? -1 : 1;
}

/** Whether a value is missing or has nothing in it: null, "", [] and {}. Zero and false are something. */
export const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (Array.isArray(value) && value.length === 0) ||
  (isJsonObject(value) && Object.keys(value).length === 0);

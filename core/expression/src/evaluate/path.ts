import { ExpressionError } from "../error";
import { isForbiddenKey } from "../limit";
import type { Expression } from "../syntax/ast";
import { describeValue, isList, type Value } from "./value";

/** `root.a[0].b` with nothing computed: read by one closure. From link `optionalFrom` on, nothing is an error. */
export type Path = {
  readonly root: Extract<Expression, { kind: "name" | "local" }>;
  readonly keys: readonly (string | number)[];
  readonly offsets: readonly number[];
  readonly optionalFrom: number;
};

/** The path that a node is, if it is one. */
export function pathOf(node: Expression): Path | undefined {
  const keys: (string | number)[] = [];
  const offsets: number[] = [];
  let optionalCount = 0;
  let at = node;
  while (at.kind === "member" || at.kind === "index") {
    const key = staticKey(at);
    if (key === undefined) return undefined;
    keys.unshift(key);
    offsets.unshift(at.offset);
    if (at.optional && optionalCount === keys.length - 1) optionalCount++;
    else if (at.optional) return undefined;
    at = at.object;
  }
  if (at.kind !== "name" && at.kind !== "local") return undefined;
  return { root: at, keys, offsets, optionalFrom: keys.length - optionalCount };
}

function staticKey(node: Extract<Expression, { kind: "member" | "index" }>): string | number | undefined {
  if (node.kind === "member") return node.name;
  const { index } = node;
  return index.kind === "literal" && typeof index.value === "number" ? index.value : undefined;
}

/** Follows a path from its root's value. */
export function follow(root: Value, { keys, offsets, optionalFrom }: Path): Value {
  let value = root;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index];
    if (key === undefined) return undefined;
    if (typeof value === "object" && value !== null) {
      if (typeof key === "number" && Array.isArray(value)) value = key < value.length ? value[key] : undefined;
      // Own properties only: what a prototype has is not data.
      else value = Object.hasOwn(value, key) ? (value as Record<string | number, Value>)[key] : undefined;
    } else if (value === undefined || value === null) {
      if (index >= optionalFrom) return undefined;
      throw ofNothing(value, key, offsets[index] ?? 0);
    } else value = readScalar(value, key);
  }
  return value;
}

/** `object.name` where the name is fixed. */
export function readMember(object: Value, name: string, optional: boolean, offset: number): Value {
  if (typeof object === "object" && object !== null) {
    return Object.hasOwn(object, name) ? (object as Record<string, Value>)[name] : undefined;
  }
  if (object !== undefined && object !== null) return readScalar(object, name);
  if (optional) return undefined;
  throw ofNothing(object, name, offset);
}

/** `object[key]` where the key was computed: a text or a number. */
export function readIndex(object: Value, key: Value, optional: boolean, offset: number): Value {
  if (object === undefined || object === null) {
    if (optional) return undefined;
    throw ofNothing(object, undefined, offset);
  }
  if (typeof key === "string") {
    if (isForbiddenKey(key)) throw forbidden(key, offset);
    return readMember(object, key, optional, offset);
  }
  if (typeof key !== "number") {
    throw new ExpressionError("TYPE", `a key in [ ] is a text or a number, not ${describeValue(key)}`, offset);
  }
  if (isList(object)) return Number.isInteger(key) && key >= 0 && key < object.length ? object[key] : undefined;
  return readMember(object, String(key), optional, offset);
}

export const forbidden = (key: string, offset?: number): ExpressionError =>
  new ExpressionError("FORBIDDEN", `"${key}" cannot be read or made by an expression`, offset);

/** A text has a length and characters; numbers and booleans have nothing. */
function readScalar(value: string | number | boolean, key: string | number): Value {
  if (typeof value !== "string") return undefined;
  if (key === "length") return value.length;
  const isPosition = typeof key === "number" || /^(0|[1-9]\d{0,9})$/.test(key);
  return isPosition ? value[Number(key)] : undefined;
}

function ofNothing(value: null | undefined, key: string | number | undefined, offset: number): ExpressionError {
  const what = key === undefined ? "a member" : typeof key === "number" ? `item ${key}` : `"${key}"`;
  return new ExpressionError(
    "TYPE",
    `${what} is read from ${describeValue(value)}; write ?. before it, or ?? and another value after it`,
    offset,
  );
}

import type { Argument, ArrowNode, Expression } from "../syntax/ast";

/**
 * A second implementation of the language, for tests only: it walks the tree each time, keeps parameters in a chain of
 * maps and shares no code with the evaluator. Slow and plain on purpose, so that reading it shows that it is right.
 */
export class Refusal extends Error {
  constructor(readonly code: "TYPE" | "ARITHMETIC" | "FORBIDDEN") {
    super(code);
  }
}

export type Names = ReadonlyMap<string, unknown>;

const badType = (): never => {
  throw new Refusal("TYPE");
};

const isNil = (value: unknown): boolean => value === undefined || value === null;
const isDict = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function interpret(node: Expression, names: Names, locals: ReadonlyMap<number, unknown>): unknown {
  const go = (child: Expression) => interpret(child, names, locals);
  switch (node.kind) {
    case "literal":
      return node.value;
    case "name":
      return names.get(node.name);
    case "local":
      return locals.get(node.slot);
    case "member": {
      const object = go(node.object);
      if (isNil(object)) return node.optional ? undefined : badType();
      return read(object, node.name);
    }
    case "index": {
      const object = go(node.object);
      if (isNil(object) && node.optional) return undefined;
      const index = go(node.index);
      if (isNil(object)) return badType();
      if (typeof index === "string") {
        if (["__proto__", "constructor", "prototype"].includes(index)) throw new Refusal("FORBIDDEN");
        return read(object, index);
      }
      return typeof index === "number" ? read(object, String(index)) : badType();
    }
    case "unary": {
      const operand = go(node.operand);
      if (node.operator === "!") return !operand;
      return typeof operand === "number" ? -operand : badType();
    }
    case "logic": {
      const left = go(node.left);
      if (node.operator === "??") return isNil(left) ? go(node.right) : left;
      return Boolean(left) === (node.operator === "&&") ? go(node.right) : left;
    }
    case "conditional":
      return go(node.test) ? go(node.then) : go(node.otherwise);
    case "binary":
      return binary(node.operator, go(node.left), go(node.right));
    case "list":
      return node.items.flatMap(({ spread, value }) => {
        const item = go(value);
        if (!spread) return [item === undefined ? null : item];
        if (isNil(item)) return [];
        return Array.isArray(item) ? item : badType();
      });
    case "object":
      return dictOf(node, go);
    case "call":
      return call(node.name, node.arguments, node.optional, names, locals);
  }
}

/** Own enumerable entries found by listing them, not by a property read. */
function read(object: unknown, key: string): unknown {
  if (typeof object === "string") {
    if (key === "length") return object.length;
    return Object.entries(object).find(([name]) => name === key)?.[1];
  }
  if (typeof object !== "object") return undefined;
  if (Array.isArray(object) && key === "length") return object.length;
  return Object.entries(object as object).find(([name]) => name === key)?.[1];
}

function dictOf(node: Extract<Expression, { kind: "object" }>, go: (child: Expression) => unknown): unknown {
  const entries = new Map<string, unknown>();
  for (const entry of node.entries) {
    if (entry.kind === "spread") {
      const value = go(entry.value);
      if (isNil(value)) continue;
      if (!isDict(value)) return badType();
      for (const [key, field] of Object.entries(value)) entries.set(key, field);
      continue;
    }
    const key = entry.kind === "entry" ? entry.key : go(entry.key);
    if (typeof key !== "string" && typeof key !== "number") return badType();
    if (["__proto__", "constructor", "prototype"].includes(String(key))) throw new Refusal("FORBIDDEN");
    const value = go(entry.value);
    if (value === undefined) entries.delete(String(key));
    else entries.set(String(key), value);
  }
  return Object.fromEntries(entries);
}

function binary(operator: string, left: unknown, right: unknown): unknown {
  if (operator === "==") return same(left, right);
  if (operator === "!=") return !same(left, right);
  if (operator === "+" && (typeof left === "string" || typeof right === "string")) return show(left) + show(right);
  if (["<", "<=", ">", ">="].includes(operator)) return compare(operator, left, right);
  if (typeof left !== "number" || typeof right !== "number") return badType();
  const results: Record<string, number> = {
    "+": left + right,
    "-": left - right,
    "*": left * right,
    "/": left / right,
    "%": left % right,
    "**": left ** right,
  };
  const result = results[operator] ?? Number.NaN;
  if (!Number.isFinite(result)) throw new Refusal("ARITHMETIC");
  return result;
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  const isFit =
    (typeof left === "number" && typeof right === "number") || (typeof left === "string" && typeof right === "string");
  if (!isFit) return badType();
  const [a, b] = [left as number, right as number];
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
}

function same(left: unknown, right: unknown): boolean {
  if (isNil(left) || isNil(right)) return isNil(left) && isNil(right);
  const order = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(order);
    if (!isDict(value)) return value;
    return Object.entries(value)
      .map(([key, field]) => [key, order(field)])
      .sort();
  };
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (isDict(left) !== isDict(right)) return false;
  if (typeof left !== typeof right) return false;
  return JSON.stringify(order(left)) === JSON.stringify(order(right));
}

export function show(value: unknown): string {
  if (isNil(value)) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

type Builtin = (args: readonly unknown[], arrow: (...given: readonly unknown[]) => unknown) => unknown;

const listArg = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : badType());
const textArg = (value: unknown): string => (typeof value === "string" ? value : badType());
const numberArg = (value: unknown): number => (typeof value === "number" ? value : badType());
const total = (items: readonly unknown[]): number => {
  const sum = items.reduce<number>((so, item) => so + numberArg(item), 0);
  if (!Number.isFinite(sum)) throw new Refusal("ARITHMETIC");
  return sum;
};
const hole = (value: unknown): unknown => (value === undefined ? null : value);

const builtins: Readonly<Record<string, Builtin>> = {
  upper: ([value]) => textArg(value).toUpperCase(),
  trim: ([value]) => textArg(value).trim(),
  length: ([value]) => (typeof value === "string" ? value.length : listArg(value).length),
  text: ([value]) => show(value),
  type: ([value]) =>
    value === undefined
      ? "missing"
      : value === null
        ? "null"
        : Array.isArray(value)
          ? "list"
          : isDict(value)
            ? "object"
            : typeof value === "string"
              ? "text"
              : typeof value,
  default: ([value, otherwise]) => (isNil(value) ? otherwise : value),
  exists: ([value]) => !isNil(value),
  keys: ([value]) => (isDict(value) ? Object.keys(value) : badType()),
  values: ([value]) => (isDict(value) ? Object.values(value) : badType()),
  first: ([value]) => (typeof value === "string" ? value[0] : listArg(value)[0]),
  reverse: ([value]) => (typeof value === "string" ? [...value].toReversed().join("") : listArg(value).toReversed()),
  sum: ([items]) => total(listArg(items)),
  join: ([items, separator = ", "]) => {
    const mark = textArg(separator);
    return listArg(items).map(show).join(mark);
  },
  abs: ([value]) => Math.abs(numberArg(value)),
  merge: (args) => Object.fromEntries(args.flatMap((each) => (isDict(each) ? Object.entries(each) : badType()))),
  map: ([items], arrow) => listArg(items).map((item, index) => hole(arrow(item, index))),
  filter: ([items], arrow) => listArg(items).filter((item, index) => arrow(item, index)),
  find: ([items], arrow) => listArg(items).find((item, index) => arrow(item, index)),
  some: ([items], arrow) => listArg(items).some((item, index) => arrow(item, index)),
  every: ([items], arrow) => listArg(items).every((item, index) => arrow(item, index)),
  sumBy: ([items], arrow) => total(listArg(items).map((item, index) => arrow(item, index))),
};

export const referenceFunctions: readonly string[] = Object.keys(builtins);

/** What the arguments must be, checked one after the other as they are evaluated. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  upper: ["string"],
  trim: ["string"],
  length: ["string|list"],
  keys: ["dict"],
  values: ["dict"],
  first: ["string|list"],
  reverse: ["string|list"],
  abs: ["number"],
  join: ["list", "string|undefined"],
  merge: ["dict", "dict"],
};
for (const name of ["sum", "map", "filter", "find", "some", "every", "sumBy"])
  Object.assign(wanted, { [name]: ["list"] });

function fitting(name: string, index: number, value: unknown): unknown {
  const kind = Array.isArray(value) ? "list" : isDict(value) ? "dict" : typeof value;
  const allowed = wanted[name]?.[index];
  return allowed === undefined || allowed.split("|").includes(kind) ? value : badType();
}

function call(
  name: string,
  args: readonly Argument[],
  optional: boolean,
  names: Names,
  locals: ReadonlyMap<number, unknown>,
): unknown {
  const builtin = builtins[name];
  if (!builtin) throw new Error(`the reference has no ${name}`);
  const [self] = args;
  if (optional && self && self.kind !== "arrow" && isNil(interpret(self, names, locals))) return undefined;
  const values = args.flatMap((argument, index) =>
    argument.kind === "arrow" ? [] : [fitting(name, index, interpret(argument, names, locals))],
  );
  const arrow = args.find((argument): argument is ArrowNode => argument.kind === "arrow");
  return builtin(values, (...given) => {
    if (!arrow) return undefined;
    const inner = new Map(locals);
    arrow.parameters.forEach(({ slot }, index) => {
      inner.set(slot, given[index]);
    });
    return interpret(arrow.body, names, inner);
  });
}

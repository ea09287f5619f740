import type { Json } from "@dap/contract";
import { ExpressionError } from "../error";
import { isForbiddenKey } from "../limit";
import type { Meter } from "../meter";
import type { ListItem, ObjectEntry } from "../syntax/ast";
import { compileExpression, type Step } from "./compile";
import { forbidden } from "./path";
import { describeValue, isList, isObject, type MutableObject, newObject, orNull, type Value } from "./value";

/** `[a, ...b]`. Missing items are `null`; spreading nothing adds nothing. */
export function compileList(items: readonly ListItem[]): Step {
  const steps = items.map(({ spread, value }) => ({ spread, step: compileExpression(value), offset: value.offset }));
  return (scope, meter, locals) => {
    meter.charge(0, 8 * steps.length);
    const result: Json[] = [];
    for (const { spread, step, offset } of steps) {
      const value = step(scope, meter, locals);
      if (spread) spreadInto(result, value, meter, offset);
      else result.push(orNull(value));
    }
    return result;
  };
}

function spreadInto(result: Json[], value: Value, meter: Meter, offset: number): void {
  if (value === undefined || value === null) return;
  if (!isList(value)) throw new ExpressionError("TYPE", `... needs a list here, not ${describeValue(value)}`, offset);
  meter.charge(value.length, 8 * value.length);
  for (const item of value) result.push(item);
}

type EntryStep = (target: MutableObject, ...context: Parameters<Step>) => void;

/** `{ a: 1, [key]: 2, ...rest }`. Missing values are left out. */
export function compileObject(entries: readonly ObjectEntry[]): Step {
  const steps = entries.map(compileEntry);
  return (scope, meter, locals) => {
    meter.charge(0, 16 * steps.length);
    const result = newObject();
    for (const step of steps) step(result, scope, meter, locals);
    return result;
  };
}

function compileEntry(entry: ObjectEntry): EntryStep {
  const value = compileExpression(entry.value);
  switch (entry.kind) {
    case "entry": {
      const { key } = entry;
      return (target, scope, meter, locals) => put(target, key, value(scope, meter, locals));
    }
    case "computed": {
      const key = compileExpression(entry.key);
      const { offset } = entry;
      return (target, scope, meter, locals) => {
        const name = keyText(key(scope, meter, locals), offset);
        put(target, name, value(scope, meter, locals));
      };
    }
    case "spread":
      return (target, scope, meter, locals) => copyInto(target, value(scope, meter, locals), meter, entry.offset);
  }
}

/** The name of a key that was computed. */
export function keyText(key: Value, offset?: number): string {
  if (typeof key === "number") return String(key);
  if (typeof key !== "string") {
    throw new ExpressionError("TYPE", `a key is a text or a number, not ${describeValue(key)}`, offset);
  }
  if (isForbiddenKey(key)) throw forbidden(key, offset);
  return key;
}

function put(target: MutableObject, key: string, value: Value): void {
  if (value !== undefined) target[key] = value;
  else delete target[key];
}

/** Copies own entries as they are. The target has no prototype, so that every key is plain data there. */
export function copyInto(target: MutableObject, value: Value, meter: Meter, offset?: number): void {
  if (value === undefined || value === null) return;
  if (!isObject(value)) {
    throw new ExpressionError("TYPE", `... needs an object here, not ${describeValue(value)}`, offset);
  }
  const keys = Object.keys(value);
  meter.charge(keys.length, 16 * keys.length);
  for (const key of keys) put(target, key, value[key]);
}

import { isJsonObject, type Json, type JsonSchema } from "@dap/contract";
import { arrayChecks } from "./array";
import { SchemaError } from "./error";
import { numberChecks } from "./number";
import { objectChecks } from "./object";
import type { SchemaContext } from "./schema-context";
import { textChecks } from "./text";
import { typeCheck, valueChecks } from "./value";
import { wholeChecks } from "./whole";

export type Violations = { path: string; message: string }[];

/**
 * Whether a value fits. Without `out` it stops at the first fault and never builds a path; with it, it goes on and tells
 * all of them.
 */
export type Visit = (value: Json, out: Violations | null, at: string) => boolean;

export type Keywords = { readonly [keyword: string]: unknown };

/** Compiles one schema; `path` is its place, for errors. */
export function compileNode(schema: JsonSchema, context: SchemaContext, path: string): Visit {
  if (schema === true) return always;
  if (schema === false) return (_value, out, at) => refuse(out, at, "Nothing may stand here.");
  if (!isJsonObject(schema)) throw new SchemaError(path, "A schema is true, false or an object.");
  const checks = [
    ...typeCheck(schema, path),
    ...valueChecks(schema, path),
    ...numberChecks(schema, path),
    ...textChecks(schema, path),
    ...arrayChecks(schema, context, path),
    ...objectChecks(schema, context, path),
    ...wholeChecks(schema, context, path),
  ];
  return all(checks);
}

const always: Visit = () => true;

/** All of these checks. With `out` every one is asked, so that all faults are told at once. */
function all(checks: readonly Visit[]): Visit {
  const [first = always, second, ...rest] = checks;
  if (second === undefined) return first;
  if (rest.length === 0)
    return (value, out, at) => {
      const fits = first(value, out, at);
      return fits || out ? second(value, out, at) && fits : false;
    };
  return (value, out, at) => {
    let fits = true;
    for (const check of checks) {
      if (check(value, out, at)) continue;
      if (out === null) return false;
      fits = false;
    }
    return fits;
  };
}

export function refuse(out: Violations | null, at: string, message: string): false {
  out?.push({ path: at, message });
  return false;
}

/** A member of the schema that must be a list or a map of schemas, or one. */
export const asSchema = (value: unknown, path: string): JsonSchema => {
  if (typeof value === "boolean" || isJsonObject(value)) return value as JsonSchema;
  throw new SchemaError(path, "A schema is true, false or an object.");
};

export function asSchemas(value: unknown, path: string): JsonSchema[] {
  if (!Array.isArray(value) || value.length === 0) throw new SchemaError(path, "This must be a list of schemas.");
  return value.map((one, index) => asSchema(one, `${path}/${index}`));
}

export function asSchemaMap(value: unknown, path: string): [string, JsonSchema][] {
  if (!isJsonObject(value)) throw new SchemaError(path, "This must be an object of schemas.");
  return Object.entries(value).map(([name, one]) => [name, asSchema(one, `${path}/${name}`)]);
}

/** A number that a keyword needs; whole and not negative when it counts. */
export function asNumber(value: unknown, path: string, isCount: boolean): number {
  if (typeof value === "number" && (!isCount || (Number.isInteger(value) && value >= 0))) return value;
  throw new SchemaError(path, isCount ? "This must be a whole number, 0 or more." : "This must be a number.");
}

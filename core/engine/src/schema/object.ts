import { escapePointer, isJsonObject, type Json, type JsonObject } from "@dap/contract";
import { SchemaError } from "./error";
import { asNumber, asSchema, asSchemaMap, compileNode, type Keywords, refuse, type Visit } from "./node";
import { compilePattern } from "./pattern";
import type { SchemaContext } from "./schema-context";

export function objectChecks(schema: Keywords, context: SchemaContext, path: string): Visit[] {
  const checks: Visit[] = [];
  const { required, minProperties, maxProperties, propertyNames, dependentRequired } = schema;
  if (required !== undefined) checks.push(requires(asNames(required, `${path}/required`)));
  const members = membersCheck(schema, context, path);
  if (members) checks.push(members);
  if (minProperties !== undefined) checks.push(count(asNumber(minProperties, `${path}/minProperties`, true), true));
  if (maxProperties !== undefined) checks.push(count(asNumber(maxProperties, `${path}/maxProperties`, true), false));
  if (propertyNames !== undefined) checks.push(naming(propertyNames, context, `${path}/propertyNames`));
  if (dependentRequired !== undefined) checks.push(...dependents(dependentRequired, `${path}/dependentRequired`));
  return checks;
}

function asNames(value: unknown, path: string): string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw new SchemaError(path, "This must be a list of field names.");
}

function requires(names: readonly string[]): Visit {
  return (value, out, at) => {
    if (!isJsonObject(value)) return true;
    let fits = true;
    for (const name of names) {
      if (Object.hasOwn(value, name)) continue;
      if (out === null) return false;
      fits = refuse(out, at, `The field ${name} is required.`);
    }
    return fits;
  };
}

/** `properties`, `patternProperties` and `additionalProperties`, which depend on each other. */
function membersCheck(schema: Keywords, context: SchemaContext, path: string): Visit | undefined {
  const { properties, patternProperties, additionalProperties } = schema;
  if (properties === undefined && patternProperties === undefined && additionalProperties === undefined)
    return undefined;
  const own = properties === undefined ? [] : asSchemaMap(properties, `${path}/properties`);
  const named = own.map(([name, one]) => [name, compileNode(one, context, `${path}/properties/${name}`)] as const);
  const patterned = patterns(patternProperties, context, `${path}/patternProperties`);
  const isOpen = additionalProperties === undefined || additionalProperties === true;
  const restPath = `${path}/additionalProperties`;
  const rest = isOpen ? undefined : compileNode(asSchema(additionalProperties, restPath), context, restPath);
  const names = new Set(named.map(([name]) => name));
  return (value, out, at) => {
    if (!isJsonObject(value)) return true;
    let fits = true;
    for (const [name, visit] of named) {
      const inside = Object.hasOwn(value, name) ? value[name] : undefined;
      if (inside === undefined || visit(inside, out, out ? below(at, name) : "")) continue;
      if (out === null) return false;
      fits = false;
    }
    if (rest === undefined && patterned.length === 0) return fits;
    return others(value, names, patterned, rest, out, at) && fits;
  };
}

type Patterned = { readonly test: (name: string) => boolean; readonly visit: Visit };

function others(
  value: JsonObject,
  names: ReadonlySet<string>,
  patterned: readonly Patterned[],
  rest: Visit | undefined,
  out: Parameters<Visit>[1],
  at: string,
): boolean {
  let fits = true;
  for (const [name, inside] of Object.entries(value)) {
    const matching = patterned.filter(({ test }) => test(name)).map(({ visit }) => visit);
    const visits = matching.length > 0 || names.has(name) ? matching : rest ? [rest] : [];
    const path = out ? below(at, name) : "";
    if (visits.every((visit) => visit(inside, out, path))) continue;
    if (out === null) return false;
    fits = false;
  }
  return fits;
}

const below = (at: string, name: string): string => `${at}/${escapePointer(name)}`;

const patterns = (given: unknown, context: SchemaContext, path: string): Patterned[] =>
  given === undefined
    ? []
    : asSchemaMap(given, path).map(([pattern, one]) => ({
        test: compilePattern(pattern, `${path}/${escapePointer(pattern)}`),
        visit: compileNode(one, context, `${path}/${escapePointer(pattern)}`),
      }));

function count(limit: number, isMinimum: boolean): Visit {
  const message = `This must have ${isMinimum ? "at least" : "at most"} ${limit} fields.`;
  return (value, out, at) => {
    if (!isJsonObject(value)) return true;
    const found = Object.keys(value).length;
    return (isMinimum ? found >= limit : found <= limit) || refuse(out, at, message);
  };
}

function naming(given: unknown, context: SchemaContext, path: string): Visit {
  const visit = compileNode(asSchema(given, path), context, path);
  return (value, out, at) =>
    !isJsonObject(value) ||
    Object.keys(value).every(
      (name) => visit(name as Json, null, "") || refuse(out, below(at, name), "This name is not allowed."),
    );
}

function dependents(given: unknown, path: string): Visit[] {
  if (!isJsonObject(given)) throw new SchemaError(path, "This must be an object of lists of field names.");
  return Object.entries(given).map(([name, needed]) => {
    const check = requires(asNames(needed, `${path}/${name}`));
    return (value, out, at) => !isJsonObject(value) || !Object.hasOwn(value, name) || check(value, out, at);
  });
}

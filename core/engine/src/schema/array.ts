import type { Json, JsonSchema } from "@dap/contract";
import { canonicalJson } from "../canonical";
import { asNumber, asSchema, asSchemas, compileNode, type Keywords, refuse, type Visit } from "./node";
import type { SchemaContext } from "./schema-context";

export function arrayChecks(schema: Keywords, context: SchemaContext, path: string): Visit[] {
  const checks: Visit[] = [];
  const { items, prefixItems, minItems, maxItems, uniqueItems, contains } = schema;
  if (minItems !== undefined) checks.push(count(asNumber(minItems, `${path}/minItems`, true), true));
  if (maxItems !== undefined) checks.push(count(asNumber(maxItems, `${path}/maxItems`, true), false));
  const prefix = prefixItems === undefined ? [] : asSchemas(prefixItems, `${path}/prefixItems`);
  if (items !== undefined || prefix.length > 0) checks.push(each(prefix, items ?? true, context, path));
  if (uniqueItems === true) checks.push(unique);
  if (contains !== undefined) checks.push(containing(schema, contains, context, path));
  return checks;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function count(limit: number, isMinimum: boolean): Visit {
  const message = `This must have ${isMinimum ? "at least" : "at most"} ${limit} items.`;
  return (value, out, at) =>
    !isList(value) || (isMinimum ? value.length >= limit : value.length <= limit) || refuse(out, at, message);
}

function each(prefix: readonly JsonSchema[], rest: unknown, context: SchemaContext, path: string): Visit {
  const first = prefix.map((one, index) => compileNode(one, context, `${path}/prefixItems/${index}`));
  const other = compileNode(asSchema(rest, `${path}/items`), context, `${path}/items`);
  return (value, out, at) => {
    if (!isList(value)) return true;
    let fits = true;
    for (const [index, item] of value.entries()) {
      if ((first[index] ?? other)(item, out, out ? `${at}/${index}` : "")) continue;
      if (out === null) return false;
      fits = false;
    }
    return fits;
  };
}

const unique: Visit = (value, out, at) => {
  if (!isList(value)) return true;
  return new Set(value.map(canonicalJson)).size === value.length || refuse(out, at, "The items must all differ.");
};

function containing(schema: Keywords, contains: unknown, context: SchemaContext, path: string): Visit {
  const test = compileNode(asSchema(contains, `${path}/contains`), context, `${path}/contains`);
  const { minContains = 1, maxContains } = schema;
  const min = asNumber(minContains, `${path}/minContains`, true);
  const max = maxContains === undefined ? Number.POSITIVE_INFINITY : asNumber(maxContains, `${path}/maxContains`, true);
  return (value, out, at) => {
    if (!isList(value)) return true;
    const found = value.filter((item) => test(item, null, "")).length;
    return (found >= min && found <= max) || refuse(out, at, "The wrong number of items are of the kind asked for.");
  };
}

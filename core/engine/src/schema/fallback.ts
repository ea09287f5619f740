import { dereference, type OutputUnit, type Schema, validate } from "@cfworker/json-schema";
import type { JsonSchema } from "@dap/contract";
import { SchemaError } from "./error";
import type { Visit } from "./node";

const rare: ReadonlySet<string> = new Set([
  "unevaluatedProperties",
  "unevaluatedItems",
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$recursiveRef",
  "$id",
]);
/** These would run a host regular expression, which a hostile text can make take for ever. */
const unsafe: ReadonlySet<string> = new Set(["pattern", "patternProperties"]);

/** Whether a schema has a keyword that only the library knows. */
export const needsFallback = (schema: JsonSchema): boolean => find(schema, rare) !== undefined;

/** The library's validator. Patterns cannot go with it. */
export function createFallback(schema: JsonSchema): Visit {
  const path = find(schema, unsafe);
  if (path !== undefined)
    throw new SchemaError(path, "A pattern cannot be used together with unevaluated fields, anchors or an $id.");
  // The library marks the schema it is given and reads every format: it gets its own copy without any.
  const copy: Schema = JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "format" && typeof value === "string" ? undefined : value,
  );
  const lookup = lookUp(copy);
  return (value, out) => {
    const result = validate(value, copy, "2020-12", lookup, out === null);
    if (out !== null) for (const unit of result.errors) out.push(toViolation(unit));
    return result.valid;
  };
}

function lookUp(schema: Schema): ReturnType<typeof dereference> {
  try {
    const lookup = dereference(schema);
    validate(null, schema, "2020-12", lookup);
    return lookup;
  } catch {
    throw new SchemaError("", "The schema refers to something that is not in it.");
  }
}

const toViolation = (unit: OutputUnit) => ({ path: unit.instanceLocation.replace(/^#/, ""), message: unit.error });

/** The place of the first of these keywords. A field that happens to have such a name counts too: that is only slower. */
function find(value: unknown, keywords: ReadonlySet<string>, path = ""): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inside] of Object.entries(value)) {
    if (keywords.has(key) && !Array.isArray(value)) return `${path}/${key}`;
    const found = find(inside, keywords, `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

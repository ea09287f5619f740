import type { Json, JsonSchema } from "@dap/contract";
import type { TypeOfName } from "@dap/expression";

export const unknown: TypeOfName = { schema: true, presence: "always" };
export const nothing: TypeOfName = { schema: { type: "null" }, presence: "maybe" };

export const always = (schema: JsonSchema): TypeOfName => ({ schema, presence: "always" });
export const asMaybe = (type: TypeOfName): TypeOfName => ({ ...type, presence: "maybe" });

export const textType: JsonSchema = { type: "string" };
export const numberType: JsonSchema = { type: "number" };
export const integerType: JsonSchema = { type: "integer" };
export const nullType: JsonSchema = { type: "null" };
export const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });

/** An object with exactly these members; those that may be missing are not required. */
export function objectOf(members: Iterable<readonly [string, TypeOfName]>): JsonSchema {
  const properties: Record<string, JsonSchema> = Object.create(null);
  const required: string[] = [];
  for (const [name, { schema, presence }] of members) {
    properties[name] = schema;
    if (presence === "always") required.push(name);
  }
  return { type: "object", properties, required, additionalProperties: false };
}

/** Either of these types. Anything unknown makes the whole unknown. */
export function union(schemas: readonly JsonSchema[]): JsonSchema {
  if (schemas.some(isUnknown)) return true;
  const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]));
  const [first, ...rest] = [...distinct.values()];
  if (first === undefined) return nullType;
  return rest.length === 0 ? first : { anyOf: [first, ...rest] };
}

const isUnknown = (schema: JsonSchema): boolean =>
  schema === true || (typeof schema === "object" && Object.keys(schema).length === 0);

/** What comes out of a place that is reached by several ways; `undefined` stands for none. */
export function joinTypes(types: readonly TypeOfName[]): TypeOfName {
  if (types.length === 0) return nothing;
  const presence = types.every((type) => type.presence === "always") ? "always" : "maybe";
  // A way without any output does not add `null` to the type: it only makes the value one that may be missing.
  return { schema: union(types.filter((type) => type !== nothing).map((type) => type.schema)), presence };
}

/** What a missing value becomes where a value has to stand: in a list, for one. */
export const orNull = ({ schema, presence }: TypeOfName): JsonSchema =>
  presence === "always" ? schema : union([schema, nullType]);

/** The type of a value that is written in the document itself. */
export function literalType(value: Json): JsonSchema {
  if (value === null) return nullType;
  if (Array.isArray(value)) return listOf(value.length === 0 ? true : union(value.map(literalType)));
  if (typeof value !== "object") return { type: typeof value === "number" ? numberName(value) : scalarName(value) };
  return objectOf(Object.entries(value).map(([name, inside]) => [name, always(literalType(inside))]));
}

const numberName = (value: number) => (Number.isInteger(value) ? "integer" : "number");
const scalarName = (value: string | boolean) => (typeof value === "string" ? "string" : "boolean");

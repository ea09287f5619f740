import type { JsonSchema, JsonSchemaObject, JsonTypeName } from "@dap/contract";
import { joinedType } from "./object-type";
import {
  booleanType,
  integerType,
  isNever,
  listOf,
  literalText,
  maybe,
  nothing,
  nullType,
  numberType,
  objectOf,
  present,
  type Type,
  textType,
  union,
  unionAll,
  unknownType,
} from "./type";

const known = new WeakMap<object, Type>();

/** What a schema says about a value's type. What it does not say, or says by `$ref`, is unknown. */
export function typeOfSchema(schema: JsonSchema): Type {
  if (typeof schema === "boolean") return unknownType;
  const cached = known.get(schema);
  if (cached) return cached;
  const type = readSchema(schema);
  known.set(schema, type);
  return type;
}

function readSchema(schema: JsonSchemaObject): Type {
  if (schema.$ref !== undefined) return unknownType;
  if (schema.const !== undefined) return typeOfValue(schema.const);
  if (schema.enum) return unionAll(schema.enum.map(typeOfValue));
  const branches = schema.anyOf ?? schema.oneOf;
  const names = typeNames(schema);
  if (branches && names.length === 0) return unionAll(branches.map(typeOfSchema));
  if (schema.allOf) return schema.allOf.map(typeOfSchema).reduce(both, baseOf(schema));
  if (names.length === 0) return unknownType;
  return unionAll(names.map((name) => readType(name, schema)));
}

/** What a schema says beside its `allOf`. */
function baseOf({ allOf: _, ...base }: JsonSchemaObject): Type {
  return typeOfSchema(base);
}

function typeNames(schema: JsonSchemaObject): readonly JsonTypeName[] {
  if (typeof schema.type === "string") return [schema.type];
  if (schema.type) return schema.type;
  if (schema.properties || schema.required) return ["object"];
  return schema.items !== undefined ? ["array"] : [];
}

function readType(name: JsonTypeName, schema: JsonSchemaObject): Type {
  switch (name) {
    case "null":
      return nullType;
    case "boolean":
      return booleanType;
    case "integer":
      return integerType;
    case "number":
      return numberType;
    case "string":
      return textType;
    case "array":
      return listOf(typeOfSchema(schema.items ?? true));
    case "object":
      return readObject(schema);
  }
}

/** An object that lists its fields is taken at its word: a field it does not list is a mistake, unless it says otherwise. */
function readObject({ properties = {}, required = [], additionalProperties }: JsonSchemaObject): Type {
  const fields = new Map(
    Object.entries(properties).map(([name, field]) => {
      const type = typeOfSchema(field);
      return [name, required.includes(name) ? type : maybe(type)] as const;
    }),
  );
  for (const name of required) if (!fields.has(name)) fields.set(name, unknownType);
  const isOpen = additionalProperties === undefined ? fields.size === 0 : additionalProperties !== false;
  return objectOf(fields, isOpen ? typeOfSchema(additionalProperties ?? true) : undefined);
}

function both(left: Type, right: Type): Type {
  if (left.unknown) return right;
  return left.object && right.object ? joinedType(left, right) : left;
}

/** The type of a value that is written in a document. */
export function typeOfValue(value: unknown): Type {
  if (value === undefined) return { ...nothing, missing: true };
  if (value === null) return nullType;
  if (Array.isArray(value)) return listOf(value.map(typeOfValue).reduce(union, nothing));
  switch (typeof value) {
    case "string":
      return literalText(value);
    case "number":
      return Number.isInteger(value) ? integerType : numberType;
    case "boolean":
      return booleanType;
    default:
      return objectOf(new Map(Object.entries(value as object).map(([key, field]) => [key, typeOfValue(field)])));
  }
}

/** The type as a schema, without `missing`, which schemas say by `required`. */
export function schemaOfType(type: Type): JsonSchema {
  if (type.unknown) return true;
  const schemas = sortSchemas(type);
  const [only] = schemas;
  return schemas.length === 1 && only !== undefined ? only : schemas.length === 0 ? true : { anyOf: schemas };
}

function sortSchemas(type: Type): JsonSchemaObject[] {
  const schemas: JsonSchemaObject[] = [];
  if (type.text === true) schemas.push({ type: "string" });
  else if (type.text !== false) schemas.push({ type: "string", enum: type.text });
  if (type.number !== "none") schemas.push({ type: type.number });
  if (type.boolean) schemas.push({ type: "boolean" });
  if (type.null) schemas.push({ type: "null" });
  if (type.list)
    schemas.push(isNever(type.list) ? { type: "array" } : { type: "array", items: schemaOfType(type.list) });
  if (type.object) schemas.push(objectSchema(type.object));
  return schemas;
}

function objectSchema({ fields, others }: NonNullable<Type["object"]>): JsonSchemaObject {
  const names = [...fields.keys()];
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, schemaOfType(present(fields.get(name) ?? nothing))])),
    required: names.filter((name) => fields.get(name)?.missing === false),
    additionalProperties: others ? schemaOfType(present(others)) : false,
  };
}

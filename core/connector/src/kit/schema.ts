import type { Json, JsonObject } from "@dap/contract";
import { Kind, type TSchema, Type, TypeRegistry } from "@sinclair/typebox";

/**
 * Shorthands for the schemas of step inputs and outputs. What they make is a TypeBox schema, so plain JSON Schema when
 * serialised: maps are written with `additionalProperties`, which is what type inference between steps reads.
 */

/** Any JSON value. */
export const AnyJson = (options: { title?: string; description?: string } = {}) =>
  Type.Unsafe<Json>(Type.Unknown(options));

/** An object with any keys. */
export const AnyObject = (options: { title?: string; description?: string } = {}) =>
  Type.Unsafe<JsonObject>(Type.Object({}, { ...options, additionalProperties: true }));

/** A list of any JSON values. */
export const AnyList = (options: { title?: string; description?: string } = {}) =>
  Type.Unsafe<readonly Json[]>(Type.Array(Type.Unknown(), options));

/** An object from any key to values of one schema. */
export const MapOf = <Value extends TSchema>(value: Value, options: { title?: string; description?: string } = {}) =>
  Type.Unsafe<Readonly<Record<string, Value["static"]>>>(Type.Object({}, { ...options, additionalProperties: value }));

// TypeBox ignores `enum` beside `type: string`; a kind of our own keeps the plain JSON Schema and checks it.
TypeRegistry.Set<{ enum: readonly string[] }>(
  "OneOf",
  (schema, value) => typeof value === "string" && schema.enum.includes(value),
);

/** One of a few words. */
export const OneOf = <const Words extends readonly string[]>(
  words: Words,
  options: { title?: string; description?: string; default?: Words[number] } = {},
) => Type.Unsafe<Words[number]>({ ...options, [Kind]: "OneOf", type: "string", enum: words });

/** Properties and no others: a misspelt name is refused before publishing instead of being ignored. */
export const closed = { additionalProperties: false } as const;

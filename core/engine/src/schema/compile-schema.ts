import type { Json, JsonSchema } from "@dap/contract";

/** A JSON Schema made ready for validating many values. */
export type CompiledSchema = { readonly schema: JsonSchema };

/** One way in which a value does not fit. `path` is a JSON Pointer into the value. */
export type SchemaViolation = { readonly path: string; readonly message: string };

/** Makes a schema ready. Throws `SchemaError` when it is no JSON Schema. */
export function compileSchema(schema: JsonSchema): CompiledSchema {
  return { schema };
}

/** What is wrong with a value, at most 20 places; an empty list when it fits. */
export function validate(_compiled: CompiledSchema, _value: Json): SchemaViolation[] {
  return [];
}

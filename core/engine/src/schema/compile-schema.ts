import type { Json, JsonSchema } from "@dap/contract";
import { SchemaError } from "./error";
import { createFallback, needsFallback } from "./fallback";
import { compileNode, type Visit } from "./node";
import { SchemaContext } from "./schema-context";

export { SchemaError } from "./error";

/** A JSON Schema made ready for validating many values. */
export type CompiledSchema = { readonly schema: JsonSchema; readonly visit: Visit };

/** One way in which a value does not fit. `path` is a JSON Pointer into the value. */
export type SchemaViolation = { readonly path: string; readonly message: string };

const violationsMax = 20;

/**
 * Makes a schema ready. The common keywords are compiled to closures; a schema that needs the rest goes to the library.
 * `pattern` is matched in linear time. Throws `SchemaError` when it is no JSON Schema, or reaches outside itself.
 */
export function compileSchema(schema: JsonSchema): CompiledSchema {
  try {
    return {
      schema,
      visit: needsFallback(schema) ? createFallback(schema) : compileNode(schema, new SchemaContext(schema), ""),
    };
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new SchemaError("", "The schema is nested too deeply.");
    throw thrown;
  }
}

/** What is wrong with a value, at most 20 places; an empty list when it fits. */
export function validate(compiled: CompiledSchema, value: Json): SchemaViolation[] {
  try {
    if (compiled.visit(value, null, "")) return [];
    const violations: SchemaViolation[] = [];
    compiled.visit(value, violations, "");
    return violations.slice(0, violationsMax);
  } catch (thrown) {
    if (thrown instanceof RangeError) return [{ path: "", message: "The value is nested too deeply." }];
    throw thrown;
  }
}

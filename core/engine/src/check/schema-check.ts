import type { DocumentProblem, JsonSchema } from "@dap/contract";
import { compileSchema, SchemaError } from "../schema/compile-schema";

/** Whether a schema written in the document can be used. */
export function checkSchema(schema: JsonSchema, path: string): DocumentProblem[] {
  try {
    compileSchema(schema);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof SchemaError)) throw thrown;
    return [{ path: path + thrown.path, code: "INVALID_SCHEMA", message: thrown.message, severity: "error" }];
  }
}

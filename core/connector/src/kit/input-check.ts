import type { Json } from "@dap/contract";
import { Kind, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** One thing wrong with an input: a JSON Pointer into it, and what was expected there. */
export type InputProblem = { readonly path: string; readonly message: string };

const problemsMax = 5;

/**
 * Makes the check of one schema: an empty list when the input fits. Schemas that accept any value or any object, which
 * run in tight loops, are answered without walking the value.
 */
export function createInputCheck(schema: TSchema): (input: Json) => InputProblem[] {
  if (schema[Kind] === "Unknown") return () => [];
  if (isAnyObject(schema)) return (input) => (isPlain(input) ? [] : [{ path: "", message: "must be an object" }]);
  return (input) => (Value.Check(schema, input) ? [] : explain(schema, input));
}

const isAnyObject = (schema: TSchema): boolean =>
  schema[Kind] === "Object" && schema.additionalProperties === true && Object.keys(schema.properties).length === 0;

const isPlain = (input: Json): boolean => typeof input === "object" && input !== null && !Array.isArray(input);

function explain(schema: TSchema, input: Json): InputProblem[] {
  const problems: InputProblem[] = [];
  for (const error of Value.Errors(schema, input)) {
    problems.push({ path: error.path, message: error.message });
    if (problems.length === problemsMax) break;
  }
  return problems;
}

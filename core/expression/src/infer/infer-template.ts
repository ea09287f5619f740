import type { DocumentProblem, Json, JsonSchema } from "@dap/contract";
import type { Template } from "../syntax/ast";
import type { Inferred, TypeEnv } from "./type-env";

/** The type of a field's result, and what is wrong with it. */
export function inferTemplate(_template: Template, _env: TypeEnv): Inferred {
  return { schema: true, presence: "always", problems: [] };
}

/** The type of a value with fields inside, and all that is wrong with them; paths are relative to the value. */
export function inferValue(
  _value: Json,
  _env: TypeEnv,
): { schema: JsonSchema; presence: "always" | "maybe"; problems: readonly DocumentProblem[] } {
  return { schema: true, presence: "always", problems: [] };
}

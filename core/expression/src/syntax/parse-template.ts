import type { ExpressionErrorCode } from "../error";
import type { Template } from "./ast";

export type ParsedTemplate =
  | { readonly kind: "parsed"; readonly template: Template }
  | {
      readonly kind: "refused";
      readonly code: ExpressionErrorCode;
      readonly message: string;
      readonly offset: number;
      readonly suggestion?: string;
    };

/** Parses a field's whole text with any number of `{{ }}`. Never throws. */
export function parseTemplate(source: string): ParsedTemplate {
  return { kind: "parsed", template: { source, parts: [{ kind: "text", text: source }], slots: 0 } };
}

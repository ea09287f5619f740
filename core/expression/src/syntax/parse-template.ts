import { ExpressionError, type ExpressionErrorCode } from "../error";
import { expressionLimits } from "../limit";
import type { Template, TemplatePart } from "./ast";
import { Parser } from "./parser";

export type ParsedTemplate =
  | { readonly kind: "parsed"; readonly template: Template }
  | {
      readonly kind: "refused";
      readonly code: ExpressionErrorCode;
      readonly message: string;
      /** UTF-16 units from the start of the field's text. */
      readonly offset: number;
      readonly suggestion?: string;
    };

/** Parses a field's whole text with any number of `{{ }}`. Never throws; text without `{{` is literal, whatever it is. */
export function parseTemplate(source: string): ParsedTemplate {
  if (!source.includes("{{")) return { kind: "parsed", template: literalTemplate(source) };
  try {
    return { kind: "parsed", template: parseParts(source) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { code, message, offset, suggestion } = error;
    return { kind: "refused", code, message, offset, ...(suggestion === undefined ? {} : { suggestion }) };
  }
}

const literalTemplate = (source: string): Template => ({ source, parts: [{ kind: "text", text: source }], slots: 0 });

function parseParts(source: string): Template {
  if (source.length > expressionLimits.templateLength) {
    throw new ExpressionError(
      "TOO_LONG",
      `a field with {{ }} may have ${expressionLimits.templateLength} characters`,
      0,
    );
  }
  const parser = new Parser(source);
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const open = source.indexOf("{{", at);
    const text = source.slice(at, open === -1 ? source.length : open);
    if (text !== "") parts.push({ kind: "text", text });
    if (open === -1) return { source, parts, slots: parser.slots };
    const { expression, end } = parser.parseHole(open + 2);
    parts.push({ kind: "expression", expression, offset: open, end });
    at = end;
  }
}

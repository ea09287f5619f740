import { type DocumentProblem, isJsonObject, type Json, type JsonObject } from "@dap/contract";
import type { Template } from "../syntax/ast";
import { parseTemplate } from "../syntax/parse-template";
import { compileField, compileTemplate, type Evaluate } from "./compile-template";
import { newObject, orNull } from "./value";

/** A field inside a value; `path` is a JSON Pointer from the value. */
export type PlacedTemplate = { readonly path: string; readonly template: Template };

export type CompiledValue =
  | {
      readonly kind: "compiled";
      readonly evaluate: Evaluate;
      /** The fields that have a `{{ }}`. */
      readonly templates: readonly PlacedTemplate[];
      /** No `{{ }}` anywhere: the value is its own result. */
      readonly isConstant: boolean;
    }
  | { readonly kind: "refused"; readonly problems: readonly DocumentProblem[] };

/**
 * Compiles a JSON value in which every string, at any depth, is a field. Keys are literal. A missing result is left out
 * of objects and is `null` in lists; at the top it is `undefined`. Everything that a value of several fields hands on
 * is paid for in bytes.
 */
export function compileValue(value: Json): CompiledValue {
  const found: Found = { templates: [], problems: [] };
  const evaluate = compilePart(value, "", found);
  if (found.problems.length > 0) return { kind: "refused", problems: found.problems };
  const { templates } = found;
  return { kind: "compiled", evaluate: evaluate ?? (() => value), templates, isConstant: evaluate === undefined };
}

type Found = { readonly templates: PlacedTemplate[]; readonly problems: DocumentProblem[] };

/** `undefined` for a part without any `{{ }}`: such a part is its own result. */
function compilePart(value: Json, path: string, found: Found): Evaluate | undefined {
  if (typeof value === "string") return compileText(value, path, found);
  if (typeof value !== "object" || value === null) return undefined;
  return isJsonObject(value) ? compileObject(value, path, found) : compileList(value, path, found);
}

function compileText(source: string, path: string, found: Found): Evaluate | undefined {
  if (!source.includes("{{")) return undefined;
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused") {
    found.problems.push(parseProblem(parsed, path));
    return undefined;
  }
  found.templates.push({ path, template: parsed.template });
  return path === "" ? compileTemplate(parsed.template) : compileField(parsed.template, true);
}

/** A text that cannot be parsed, as a problem of its document. */
export function parseProblem(
  { code, message, offset, suggestion }: Extract<ReturnType<typeof parseTemplate>, { kind: "refused" }>,
  path: string,
): DocumentProblem {
  const placed = { path, code, message: `${message} (at character ${offset + 1})`, severity: "error" as const };
  return suggestion === undefined ? placed : { ...placed, suggestion };
}

function compileList(items: readonly Json[], path: string, found: Found): Evaluate | undefined {
  const steps = items.map((item, index) => compilePart(item, `${path}/${index}`, found) ?? constant(item));
  if (steps.every(isConstant)) return undefined;
  return (scope, meter) => {
    meter.charge(steps.length, 8 * steps.length);
    return steps.map((step) => orNull(step(scope, meter)));
  };
}

function compileObject(object: JsonObject, path: string, found: Found): Evaluate | undefined {
  const entries = Object.entries(object).map(
    ([key, item]) => [key, compilePart(item, `${path}/${pointerPart(key)}`, found) ?? constant(item)] as const,
  );
  if (entries.every(([, step]) => isConstant(step))) return undefined;
  return (scope, meter) => {
    meter.charge(entries.length, 16 * entries.length);
    const result = newObject();
    for (const [key, step] of entries) {
      const value = step(scope, meter);
      if (value !== undefined) result[key] = value;
    }
    return result;
  };
}

const constants = new WeakSet<Evaluate>();
const isConstant = (step: Evaluate): boolean => constants.has(step);

function constant(value: Json): Evaluate {
  const step = () => value;
  constants.add(step);
  return step;
}

/** A key as a part of a JSON Pointer (RFC 6901). */
export const pointerPart = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

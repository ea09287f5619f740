import { type DocumentProblem, isJsonObject, type Json, type JsonSchema } from "@dap/contract";
import { parseProblem, pointerPart } from "../evaluate/compile-value";
import { soleExpression, type Template } from "../syntax/ast";
import { parseTemplate } from "../syntax/parse-template";
import { Inference } from "./inference";
import { schemaOfType, typeOfValue } from "./schema";
import { listOf, maybe, nothing, objectOf, present, type Type, textType, unionAll, unknownType } from "./type";
import type { InferProblem, Inferred, TypeEnv } from "./type-env";

/** The type of a field's result, and what is wrong with it. */
export function inferTemplate(template: Template, env: TypeEnv): Inferred {
  const { type, problems } = inferField(template, env);
  return { schema: schemaOfType(present(type)), presence: presenceOf(type), problems };
}

const presenceOf = (type: Type) => (type.missing ? "maybe" : "always");

function inferField(template: Template, env: TypeEnv): { type: Type; problems: readonly InferProblem[] } {
  const [first, second] = template.parts;
  if (first === undefined) return { type: typeOfValue(""), problems: [] };
  if (first.kind === "text" && second === undefined) return { type: typeOfValue(first.text), problems: [] };
  const inference = new Inference(env);
  const sole = soleExpression(template);
  if (sole) return { type: inference.infer(sole), problems: inference.problems };
  for (const part of template.parts) {
    if (part.kind === "text") continue;
    const type = inference.infer(part.expression);
    if (type.missing) {
      const message = "this may be missing and prints as nothing then; give another value after ??";
      inference.report("MAY_BE_MISSING", message, part.expression.offset, undefined, "warning");
    }
  }
  return { type: textType, problems: inference.problems };
}

/** The type of a value with fields inside, and all that is wrong with them; paths are relative to the value. */
export function inferValue(
  value: Json,
  env: TypeEnv,
): { schema: JsonSchema; presence: "always" | "maybe"; problems: readonly DocumentProblem[] } {
  const problems: DocumentProblem[] = [];
  const type = inferPart(value, "", env, problems);
  return { schema: schemaOfType(present(type)), presence: presenceOf(type), problems };
}

function inferPart(value: Json, path: string, env: TypeEnv, problems: DocumentProblem[]): Type {
  if (typeof value === "string") return inferText(value, path, env, problems);
  if (typeof value !== "object" || value === null) return typeOfValue(value);
  if (!isJsonObject(value)) {
    const items = value.map((item, index) => inferPart(item, `${path}/${index}`, env, problems));
    return items.length === 0 ? listOf(nothing) : listOf(unionAll(items.map(orNull)));
  }
  const fields = Object.entries(value).map(
    ([key, item]) => [key, inferPart(item, `${path}/${pointerPart(key)}`, env, problems)] as const,
  );
  return objectOf(new Map(fields));
}

/** A list has no holes: what may be missing is null there. */
const orNull = (type: Type): Type => (type.missing ? { ...present(type), null: !type.unknown } : type);

function inferText(source: string, path: string, env: TypeEnv, problems: DocumentProblem[]): Type {
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused") {
    problems.push(parseProblem(parsed, path));
    return unknownType;
  }
  const { type, problems: found } = inferField(parsed.template, env);
  for (const { code, message, severity, suggestion } of found) {
    problems.push({ path, code, message, severity, ...(suggestion === undefined ? {} : { suggestion }) });
  }
  return type.missing ? maybe(type) : type;
}

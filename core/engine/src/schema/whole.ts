import { isJsonObject } from "@dap/contract";
import { SchemaError } from "./error";
import { asSchema, asSchemaMap, asSchemas, compileNode, type Keywords, refuse, type Visit } from "./node";
import type { SchemaContext } from "./schema-context";

/** Keywords that apply further schemas to the same value. */
export function wholeChecks(schema: Keywords, context: SchemaContext, path: string): Visit[] {
  const compile = (value: unknown, keyword: string): Visit =>
    compileNode(asSchema(value, `${path}/${keyword}`), context, `${path}/${keyword}`);
  const many = (value: unknown, keyword: string): Visit[] =>
    asSchemas(value, `${path}/${keyword}`).map((one, at) => compileNode(one, context, `${path}/${keyword}/${at}`));
  const checks: Visit[] = [];
  const { $ref, allOf, anyOf, oneOf, not, dependentSchemas } = schema;
  if ($ref !== undefined) {
    if (typeof $ref !== "string") throw new SchemaError(`${path}/$ref`, "A reference is a text.");
    checks.push(context.refer($ref, path));
  }
  if (allOf !== undefined) checks.push(...many(allOf, "allOf"));
  if (anyOf !== undefined) checks.push(any(many(anyOf, "anyOf")));
  if (oneOf !== undefined) checks.push(exactlyOne(many(oneOf, "oneOf")));
  if (not !== undefined) checks.push(none(compile(not, "not")));
  if (schema.if !== undefined) checks.push(conditional(schema, compile));
  if (dependentSchemas !== undefined)
    for (const [name, one] of asSchemaMap(dependentSchemas, `${path}/dependentSchemas`))
      checks.push(dependent(name, compileNode(one, context, `${path}/dependentSchemas/${name}`)));
  return checks;
}

const any =
  (visits: readonly Visit[]): Visit =>
  (value, out, at) => {
    for (const visit of visits) if (visit(value, null, "")) return true;
    return refuse(out, at, "This fits none of the shapes that may stand here.");
  };

const exactlyOne =
  (visits: readonly Visit[]): Visit =>
  (value, out, at) => {
    const fitting = visits.filter((visit) => visit(value, null, "")).length;
    if (fitting === 1) return true;
    const message = fitting === 0 ? "none" : "more than one";
    return refuse(out, at, `This fits ${message} of the shapes of which exactly one must stand here.`);
  };

const none =
  (visit: Visit): Visit =>
  (value, out, at) =>
    !visit(value, null, "") || refuse(out, at, "This has a shape that must not stand here.");

function conditional(schema: Keywords, compile: (value: unknown, keyword: string) => Visit): Visit {
  const test = compile(schema.if, "if");
  const met = compile(schema.then ?? true, "then");
  const unmet = compile(schema.else ?? true, "else");
  return (value, out, at) => (test(value, null, "") ? met : unmet)(value, out, at);
}

const dependent =
  (name: string, visit: Visit): Visit =>
  (value, out, at) =>
    !isJsonObject(value) || !Object.hasOwn(value, name) || visit(value, out, at);

import type { Json, JsonTypeName } from "@dap/contract";
import { canonicalJson, isEqual } from "../canonical";
import { SchemaError } from "./error";
import { type Keywords, refuse, type Visit } from "./node";

const typeNames: ReadonlySet<unknown> = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);

const article: Readonly<Record<JsonTypeName, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  null: "null",
};

const tests: Readonly<Record<JsonTypeName, (value: Json) => boolean>> = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: (value) => Array.isArray(value),
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

export function typeCheck(schema: Keywords, path: string): Visit[] {
  const { type } = schema;
  if (type === undefined) return [];
  const names = Array.isArray(type) ? type : [type];
  if (names.length === 0 || !names.every(isTypeName)) throw new SchemaError(`${path}/type`, "There is no such type.");
  const message = `This must be ${names.map((name) => article[name]).join(" or ")}.`;
  const [first, ...rest] = names.map((name) => tests[name]);
  if (first === undefined) return [];
  const test = rest.length === 0 ? first : (value: Json) => first(value) || rest.some((one) => one(value));
  return [(value, out, at) => test(value) || refuse(out, at, message)];
}

const isTypeName = (name: unknown): name is JsonTypeName => typeNames.has(name);

export function valueChecks(schema: Keywords, path: string): Visit[] {
  const checks: Visit[] = [];
  if (schema.const !== undefined) checks.push(oneOf([schema.const as Json]));
  if (schema.enum !== undefined) {
    if (!Array.isArray(schema.enum)) throw new SchemaError(`${path}/enum`, "This must be a list of values.");
    checks.push(oneOf(schema.enum));
  }
  return checks;
}

function oneOf(allowed: readonly Json[]): Visit {
  const scalars = new Set<Json>(allowed.filter((one) => typeof one !== "object" || one === null));
  const others = allowed.filter((one) => typeof one === "object" && one !== null);
  const listed = canonicalJson(allowed).slice(1, -1).slice(0, 200);
  const message = allowed.length === 1 ? `This must be ${listed}.` : `This must be one of ${listed}.`;
  return (value, out, at) =>
    scalars.has(value) || others.some((one) => isEqual(one, value)) || refuse(out, at, message);
}

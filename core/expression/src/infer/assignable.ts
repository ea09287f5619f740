import type { JsonSchema, JsonSchemaObject, JsonTypeName } from "@dap/contract";
import { pointerPart } from "../evaluate/compile-value";
import { typeOfSchema } from "./schema";
import { describeType, fieldOf, nothing, present, type Sort, sortsOf, type Type } from "./type";

/** `path` is a JSON Pointer to the part that does not fit. */
export type Assignability =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly path: string };

const ok: Assignability = { ok: true };
const misfit = (reason: string, path: string): Assignability => ({ ok: false, reason, path });

/**
 * Whether the values of `from` fit `to`, as far as types can tell: what is unknown fits, a number may be a whole one, a
 * text may be one of a list. What is left to chance here is validated when the value is there.
 */
export function isAssignable(from: JsonSchema, to: JsonSchema): Assignability {
  return fits(typeOfSchema(from), to, "");
}

function fits(from: Type, to: JsonSchema, path: string): Assignability {
  if (to === false) return misfit("nothing may stand here", path);
  if (to === true || from.unknown || to.$ref !== undefined) return ok;
  for (const part of to.allOf ?? []) {
    const result = fits(from, part, path);
    if (!result.ok) return result;
  }
  return firstMisfit(sortsOf(from), (sort) => fitsSort(only(from, sort), sort, to, path));
}

function fitsSort(from: Type, sort: Sort, to: JsonSchemaObject, path: string): Assignability {
  const branches = to.anyOf ?? to.oneOf;
  if (branches) {
    const results = branches.map((branch) => fits(from, branch, path));
    // The branch that fails deepest is the one that was meant.
    const nearest = results.reduce(
      (best, result) => (depthOf(result) > depthOf(best) ? result : best),
      results[0] ?? ok,
    );
    if (!results.some((result) => result.ok)) return nearest;
  }
  const names = typeof to.type === "string" ? [to.type] : to.type;
  if (names && !names.some((name) => sortOfName[name] === sort)) {
    return misfit(
      `this needs ${names.map((name) => nameWords[name]).join(" or ")}, but is ${describeType(from)}`,
      path,
    );
  }
  const allowed = to.const === undefined ? to.enum : [to.const];
  if (allowed && Array.isArray(from.text)) {
    const unknown = from.text.find((text) => !allowed.includes(text));
    if (unknown !== undefined)
      return misfit(`"${unknown}" is none of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`, path);
  }
  if (from.list && to.items !== undefined) return fits(present(from.list), to.items, `${path}/0`);
  return from.object ? fitsObject(from.object, to, path) : ok;
}

function fitsObject(from: NonNullable<Type["object"]>, to: JsonSchemaObject, path: string): Assignability {
  for (const name of to.required ?? []) {
    const field = fieldOf(from, name);
    const isOpen = !from.fields.has(name) && from.others !== undefined;
    if (!field.missing || isOpen) continue;
    const isNever = !field.unknown && sortsOf(field).length === 0;
    return misfit(
      `"${name}" is needed, but ${isNever ? "is missing" : "may be missing"}`,
      `${path}/${pointerPart(name)}`,
    );
  }
  return firstMisfit([...from.fields], ([name, field]) => {
    const target = to.properties && Object.hasOwn(to.properties, name) ? to.properties[name] : to.additionalProperties;
    const at = `${path}/${pointerPart(name)}`;
    if (target === false) return misfit(`"${name}" is not known here`, at);
    return target === undefined ? ok : fits(present(field), target, at);
  });
}

function firstMisfit<T>(parts: readonly T[], check: (part: T) => Assignability): Assignability {
  for (const part of parts) {
    const result = check(part);
    if (!result.ok) return result;
  }
  return ok;
}

const depthOf = (result: Assignability): number => (result.ok ? -1 : result.path.split("/").length);

/** One sort of a type alone. */
function only(type: Type, sort: Sort): Type {
  return { ...nothing, [sort]: type[sort] };
}

const sortOfName: Readonly<Record<JsonTypeName, Sort>> = {
  null: "null",
  boolean: "boolean",
  integer: "number",
  number: "number",
  string: "text",
  array: "list",
  object: "object",
};

const nameWords: Readonly<Record<JsonTypeName, string>> = {
  null: "null",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  string: "a text",
  array: "a list",
  object: "an object",
};

/** Any value that JSON can carry. Payloads are this and nothing else: no dates, no class instances, no `undefined` inside. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** Keys are data: they are read as own properties only, so `__proto__` is an ordinary key here. */
export type JsonObject = { readonly [key: string]: Json };

/** Tells an object from an array, `null` and the scalars. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Own property of a JSON object, `undefined` when absent: inherited names such as `constructor` are never found. */
export const ownValue = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** Whether `1e999` stood in the text this was read from: `JSON.parse` makes `Infinity` of it, which no JSON can write again. */
export function holdsInfinity(value: Json): boolean {
  const open: Json[] = [value];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY) return true;
    // One by one: a spread of a million items would exhaust the stack.
    if (typeof item === "object" && item !== null) for (const child of Object.values(item)) open.push(child);
  }
  return false;
}

import { isObject, type Json } from "../protocol";
import type { Field } from "./field";

/** A place in the form's value: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** As in `/lines/0/sku`. */
export const pointerOf = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

export const pathOf = (pointer: string): Path =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The value at a place, by own properties. */
export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, part) ? Reflect.get(found, part) : undefined;
  }
  return found;
}

/** A copy with one place changed; `undefined` takes a key away. Keys become own properties, whatever their name. */
export function withValue(value: unknown, [part, ...rest]: Path, next: unknown): unknown {
  if (part === undefined) return next;
  const inner = withValue(valueAt(value, [part]), rest, next);
  if (typeof part === "number") {
    const list = Array.isArray(value) ? [...value] : [];
    list[part] = inner;
    return list;
  }
  const entries = isObject(value) ? Object.entries(value).filter(([key]) => key !== part) : [];
  return Object.fromEntries(inner === undefined ? entries : [...entries, [part, inner]]);
}

/** What a form begins with: defaults, and where a value must be there, the least of it. */
export function initialValue(field: Field): unknown {
  const { control, schema } = field;
  if (schema.default !== undefined) return structuredClone(schema.default);
  if (control === "group") {
    const entries = field.fields.map((one) => [one.name, initialValue(one)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (control === "list") {
    const { item } = field;
    return item ? Array.from({ length: Math.min(schema.minItems ?? 0, 50) }, () => initialValue(item)) : [];
  }
  if (control === "checks") return [];
  return control === "checkbox" && field.required ? false : undefined;
}

/** Lays what a page prefills over the defaults, key by key. */
export function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(valueAt(base, [key]), valueAt(over, [key]))]));
}

/**
 * The input to send: empty fields are left out, an empty optional group or list too, a required nullable one is null.
 * Instants typed in local time are sent in UTC. Call it only when there are no violations.
 */
export function inputOf(field: Field, value: unknown): Json | undefined {
  switch (field.control) {
    case "group": {
      const entries = field.fields.map((one) => [one.name, inputOf(one, valueAt(value, [one.name]))] as const);
      const filled = entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined);
      return filled.length === 0 && !field.required ? undefined : Object.fromEntries(filled);
    }
    case "list": {
      const { item } = field;
      const items = Array.isArray(value) && item ? value.map((one) => inputOf(item, one) ?? null) : [];
      return items.length === 0 && !field.required ? undefined : items;
    }
    case "checks":
      return Array.isArray(value) && (value.length > 0 || field.required) ? value : undefined;
    case "json":
      return typeof value === "string" ? parseJson(value) : (value as Json | undefined); // given by the page as a property
    default:
      return scalarOf(field, value);
  }
}

function scalarOf(field: Field, value: unknown): Json | undefined {
  if (value === undefined || value === null || value === "") return field.required && field.nullable ? null : undefined;
  if (field.inputType === "datetime-local" && field.control === "text") return new Date(String(value)).toISOString();
  return value as Json; // text, number, boolean or an option's value
}

/** `undefined` for an empty text; throws for what is not JSON. */
export const parseJson = (text: string): Json | undefined => (text.trim() === "" ? undefined : JSON.parse(text));

/** How an instant is typed: local, without a zone, to the minute. */
export function toLocal(text: string): string {
  const date = new Date(text);
  if (!/[zZ]$|[+-]\d\d:?\d\d$/.test(text) || Number.isNaN(date.getTime())) return text;
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

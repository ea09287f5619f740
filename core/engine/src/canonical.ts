import type { Json } from "@dap/contract";

/** JSON text with the keys of every object in order of their UTF-16 units: equal data gives equal text. */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const inside = value[key];
    if (inside !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(inside)}`);
  }
  return `{${parts.join(",")}}`;
}

/** Whether two values are the same JSON, whatever the order of keys. */
export function isEqual(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  return canonicalJson(left) === canonicalJson(right);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

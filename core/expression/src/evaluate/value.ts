import type { Json } from "@dap/contract";

/** What `when`, `? :` and `!` make of a value: `false`, `0`, `""`, `null` and missing are false, all else is true. */
export const isTruthy = (value: Json | undefined): boolean => Boolean(value);

/** How a value prints inside a text: missing and `null` as nothing, lists and objects as JSON. */
export function toText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

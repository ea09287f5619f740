import type { Json } from "@dap/contract";

const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * Unix milliseconds of a number or of an ISO 8601 text that says its zone; `undefined` when it is neither. Finer than a
 * millisecond is cut off. A text without a zone would mean another instant on another machine.
 */
export function instantOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") return Math.abs(value) <= 8.64e15 ? value : undefined;
  const parts = typeof value === "string" ? form.exec(value) : null;
  if (parts === null) return undefined;
  const [, minute, second = ":00", fraction = "0", zone] = parts;
  const instant = Date.parse(`${minute}${second}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}

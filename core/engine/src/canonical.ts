import { type Json, StepFault } from "@dap/contract";

/** Deeper data is refused here, so that where it fails does not depend on a machine's stack. */
const depthMax = 1_000;

/**
 * JSON text with the keys of every object in order of their UTF-16 units: equal data gives equal text. Throws a
 * `StepFault` with `TOO_DEEP` past 1,000 levels.
 */
export const canonicalJson = (value: Json): string => write(value, depthMax);

function write(value: Json, depthLeft: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depthLeft === 0) throw new StepFault("TOO_DEEP", `The data is nested more than ${depthMax} levels deep.`);
  if (isList(value)) return `[${value.map((item) => write(item, depthLeft - 1)).join(",")}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const inside = value[key];
    if (inside !== undefined) parts.push(`${JSON.stringify(key)}:${write(inside, depthLeft - 1)}`);
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

import { type ComputeBudget, isJsonObject, type Json } from "@dap/contract";

/** One step of the budget stands for about this many characters that are read or written. */
const charactersPerStep = 64;

/** Charges for going over text once. `written` characters are charged as memory, two bytes each. */
export const chargeText = (budget: ComputeBudget, read: number, written = 0): void =>
  budget.charge(1 + Math.ceil((read + written) / charactersPerStep), written * 2);

/** Charges for going over a list once, `passes` times. */
export const chargeItems = (budget: ComputeBudget, items: number, passes = 1): void =>
  budget.charge(1 + Math.ceil(items * passes), items * 8);

/** Charges for a sort: n log n. */
export const chargeSort = (budget: ComputeBudget, items: number): void =>
  budget.charge(1 + Math.ceil(items * Math.log2(items + 1)), items * 8);

/** How large a value is, roughly: characters of its JSON, counted until `max`. */
export function roughSize(value: Json, max = 64 * 1_048_576): number {
  let size = 0;
  const pending: Json[] = [value];
  while (pending.length > 0 && size <= max) {
    const next = pending.pop() as Json; // the list is not empty
    if (typeof next === "string") size += next.length + 2;
    else if (Array.isArray(next)) {
      size += 2 + next.length;
      for (const item of next) pending.push(item);
    } else if (isJsonObject(next)) {
      for (const [key, item] of Object.entries(next)) {
        size += key.length + 4;
        pending.push(item);
      }
    } else size += 4;
  }
  return size;
}

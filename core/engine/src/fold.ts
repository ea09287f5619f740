import type { RunEvent, StepView } from "@dap/contract";
import type { Effect } from "./effect";
import type { Plan } from "./plan";
import { type RunState, unborn } from "./state";

export type Folded =
  | { readonly kind: "folded"; readonly state: RunState; readonly outstanding: readonly Effect[] }
  | { readonly kind: "diverged"; readonly atIndex: number; readonly expected: string; readonly found: string };

/**
 * Rebuilds a run's state from its history. `outstanding` is what is open now: invokes (with `started` where the history
 * says so), wakes, and aborts of calls that still need an answer. `diverged` when the history is not what this engine
 * would have written.
 */
export function foldRun(_plan: Plan, _events: readonly RunEvent[]): Folded {
  return { kind: "folded", state: unborn, outstanding: [] };
}

/** What each step did, in the order of first touch; pure steps are computed again. */
export function timeline(_plan: Plan, _events: readonly RunEvent[]): StepView[] {
  return [];
}

import type { InputEvent, RunOutcome } from "@dap/contract";
import type { Advance } from "./effect";
import type { Plan } from "./plan";
import { type RunState, unborn } from "./state";

/**
 * Moves a run forward by one event; the first is `accepted`, with no state. Never throws, and never changes its
 * arguments. An event that no longer applies (late, repeated, or after the end) gives the state back and no effects.
 */
export function advance(_plan: Plan, state: RunState | undefined, _event: InputEvent): Advance {
  return { state: state ?? unborn, effects: [], records: [] };
}

/** How the run ended; `undefined` while it goes on. */
export const outcomeOf = (state: RunState): RunOutcome | undefined => state.outcome ?? undefined;

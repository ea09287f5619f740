import { isInput, type RecordEvent, type RunEvent, StepFault } from "@dap/contract";
import { advanceTraced } from "./advance";
import { canonicalJson } from "./canonical";
import type { Effect } from "./effect";
import { leavesOf } from "./leaf";
import type { Plan } from "./plan/plan";
import { invokeEffect } from "./run/call";
import { runKey } from "./run/limit";
import type { Trace } from "./run/trace";
import { type CallLive, type RunState, unborn } from "./state";

export type Folded =
  | {
      readonly kind: "folded";
      readonly state: RunState;
      readonly outstanding: readonly Effect[];
      /** Only of a run that nobody has owned yet: what its acceptance says, to be committed before anything else. */
      readonly records: readonly RecordEvent[];
    }
  | { readonly kind: "diverged"; readonly atIndex: number; readonly expected: string; readonly found: string };

/**
 * Rebuilds a run's state from its history. `outstanding` is what is open now: invokes (with `started` where the history
 * says so), wakes, and aborts of calls that still need an answer. `diverged` when the history is not what this engine
 * would have written: another record than it made, or a result of another input than it asked with.
 *
 * Whoever accepts a run commits `accepted` alone. Folding that gives the effects and `records` of its acceptance, as
 * `advance` would.
 */
export const foldRun = (plan: Plan, events: readonly RunEvent[]): Folded => foldTraced(plan, events, null);

/** `foldRun`, telling a trace what every step does. */
export function foldTraced(plan: Plan, events: readonly RunEvent[], trace: Trace | null): Folded {
  let state: RunState | undefined;
  let due: readonly RecordEvent[] = [];
  let taken = 0;
  let cleanupAtMs: number | undefined;
  let effects: readonly Effect[] = [];
  for (const [atIndex, event] of events.entries()) {
    const expected = due[taken];
    if (!isInput(event)) {
      if (!expected || canonicalEvent(expected) !== canonicalEvent(event)) return diverged(atIndex, expected, event);
      taken += 1;
      continue;
    }
    if (expected) return diverged(atIndex, expected, event);
    const asked = askedHash(state, event);
    if (asked !== undefined) return { kind: "diverged", atIndex, expected: asked.expected, found: asked.found };
    if (state === undefined && event.kind !== "accepted") return diverged(atIndex, undefined, event);
    const next = advanceTraced(plan, state, event, trace);
    effects = next.effects;
    for (const effect of effects) if (effect.kind === "wake" && effect.stepKey === runKey) cleanupAtMs = effect.dueAtMs;
    state = next.state;
    due = next.records;
    taken = 0;
  }
  if (events.length === 1 && state) return { kind: "folded", state, outstanding: effects, records: due };
  const missing = due[taken];
  if (missing) return { kind: "diverged", atIndex: events.length, expected: canonicalEvent(missing), found: "the end" };
  const reached = state ?? unborn;
  return { kind: "folded", state: reached, outstanding: outstandingOf(plan, reached, cleanupAtMs), records: [] };
}

const diverged = (atIndex: number, expected: RecordEvent | undefined, found: RunEvent): Folded => ({
  kind: "diverged",
  atIndex,
  expected: expected ? canonicalEvent(expected) : "an input",
  found: canonicalEvent(found),
});

/** Events are JSON data, though their types do not say so. Data too deep to be put in order is compared as it stands. */
function canonicalEvent(event: RunEvent): string {
  const text = JSON.stringify(event);
  try {
    return canonicalJson(JSON.parse(text));
  } catch (thrown) {
    if (thrown instanceof StepFault) return text;
    throw thrown;
  }
}

/** The two hashes of a result whose input was another than this engine asked with. */
function askedHash(state: RunState | undefined, event: RunEvent): { expected: string; found: string } | undefined {
  if (event.kind !== "stepSucceeded" && event.kind !== "stepFailed") return undefined;
  for (const leaf of leavesOf(state?.live ?? null)) {
    if (leaf.kind !== "call" || leaf.stepKey !== event.stepKey || leaf.attempt !== event.attempt) continue;
    if (leaf.phase !== "running" || leaf.inputHash === event.inputHash) return undefined;
    return { expected: `input ${leaf.inputHash} of ${leaf.stepKey}`, found: `input ${event.inputHash}` };
  }
  return undefined;
}

function outstandingOf(plan: Plan, state: RunState, cleanupAtMs: number | undefined): Effect[] {
  const effects: Effect[] = [];
  for (const leaf of leavesOf(state.live)) {
    const { stepKey } = leaf;
    if (leaf.kind === "call") effects.push(...openCall(plan, leaf));
    else if (leaf.kind === "wait")
      effects.push({ kind: "wake", stepKey, purpose: "wait", attempt: 1, dueAtMs: leaf.dueAtMs });
    else if (leaf.kind === "approval")
      effects.push({ kind: "wake", stepKey, purpose: "approval", attempt: 1, dueAtMs: leaf.dueAtMs });
    else if (leaf.kind === "event")
      effects.push({ kind: "wake", stepKey, purpose: "expiry", attempt: 1, dueAtMs: leaf.dueAtMs });
    else if (leaf.ending === null)
      effects.push({ kind: "wake", stepKey, purpose: "timeout", attempt: 1, dueAtMs: leaf.dueAtMs });
  }
  if (state.live !== null && state.ending !== null && cleanupAtMs !== undefined)
    effects.push({ kind: "wake", stepKey: runKey, purpose: "timeout", attempt: 1, dueAtMs: cleanupAtMs });
  return effects;
}

function openCall(plan: Plan, leaf: CallLive): Effect[] {
  const { stepKey, attempt, dueAtMs } = leaf;
  if (leaf.aborting) return [{ kind: "abort", stepKey, attempt }];
  if (leaf.phase === "retrying") return [{ kind: "wake", stepKey, purpose: "retry", attempt, dueAtMs }];
  const step = plan.steps.get(stepKey.split("/", 1)[0] ?? "");
  return step ? [invokeEffect(step, leaf)] : [];
}

import type { AcceptedEvent, InputEvent, RunEvent, RunOutcome, RunResponse } from "@dap/contract";
import { type Advance, advance, type Effect, type Plan } from "@dap/engine";

/** A run computed to its end beside the caller, with all that must be recorded of it. */
export type InlineResult = {
  readonly events: readonly RunEvent[];
  readonly outcome: RunOutcome;
  readonly response: RunResponse | undefined;
};

type Invoke = Extract<Effect, { kind: "invoke" }>;

export type InlineDeps = {
  /** Performs a read (the inline class has no other effect) and gives the event that answers it. Never rejects. */
  readonly perform: (invoke: Invoke, runId: string, signal: AbortSignal) => Promise<InputEvent>;
  readonly nowMs: () => number;
};

/** Total time of an inline run; past it the run fails with the deadline's code. */
export const inlineTimeoutMs = 10_000;

/**
 * Runs an inline version to its end. Nothing is stored before: a crash leaves nothing behind and the caller may call again.
 * Gives a promise only when the run waits for the world, so that a pure run costs no turn of the event loop.
 */
export function runInline(plan: Plan, accepted: AcceptedEvent, deps: InlineDeps): InlineResult | Promise<InlineResult> {
  const first = advance(plan, undefined, accepted);
  const events: RunEvent[] = [accepted, ...first.records];
  const done = findResult(first.effects, events);
  return done ?? runWithReads(plan, first, events, accepted.runId, deps);
}

function findResult(
  effects: readonly Effect[],
  events: readonly RunEvent[],
  response?: RunResponse,
): InlineResult | undefined {
  for (const effect of effects) if (effect.kind === "finish") return { events, outcome: effect.outcome, response };
  return undefined;
}

async function runWithReads(
  plan: Plan,
  first: Advance,
  events: RunEvent[],
  runId: string,
  deps: InlineDeps,
): Promise<InlineResult> {
  const aborting = new AbortController();
  const deadline = deadlineEvent(deps.nowMs);
  const answers = new Map<string, Promise<InputEvent>>();
  const start = (effects: readonly Effect[]): void => {
    for (const effect of effects)
      if (effect.kind === "invoke") answers.set(invokeKey(effect), deps.perform(effect, runId, aborting.signal));
  };
  try {
    let { state, effects } = first;
    start(effects);
    for (;;) {
      const event = await Promise.race([...answers.values(), deadline.promise]);
      if ("stepKey" in event && "attempt" in event) answers.delete(`${event.stepKey}#${event.attempt}`);
      const next = advance(plan, state, event);
      events.push(event, ...next.records);
      ({ state, effects } = next);
      const done = findResult(effects, events);
      if (done) return done;
      start(effects);
    }
  } finally {
    deadline.clear();
    // Losers of a race may still be under way; usually nothing is, and aborting has its price.
    if (answers.size > 0) aborting.abort();
  }
}

const invokeKey = ({ stepKey, attempt }: Invoke): string => `${stepKey}#${attempt}`;

function deadlineEvent(nowMs: () => number): { promise: Promise<InputEvent>; clear: () => void } {
  const { promise, resolve } = Promise.withResolvers<InputEvent>();
  const timer = setTimeout(() => resolve({ kind: "deadlinePassed", atMs: nowMs() }), inlineTimeoutMs);
  return { promise, clear: () => clearTimeout(timer) };
}

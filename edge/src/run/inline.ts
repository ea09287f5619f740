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
  const deadline = deadlineEvent(deps.nowMs);
  const calls = new Map<string, Call>();
  const apply = (effects: readonly Effect[]): void => {
    for (const effect of effects)
      if (effect.kind === "invoke") calls.set(callKey(effect), startCall(effect, runId, deps));
      // The answer of a call that was stopped comes all the same, and the run waits for it.
      else if (effect.kind === "abort") calls.get(callKey(effect))?.aborting.abort();
  };
  try {
    let { state, effects } = first;
    apply(effects);
    for (;;) {
      const event = await Promise.race([...[...calls.values()].map(({ answer }) => answer), deadline.promise]);
      if ("stepKey" in event && "attempt" in event) calls.delete(callKey(event));
      const next = advance(plan, state, event);
      events.push(event, ...next.records);
      ({ state, effects } = next);
      const done = findResult(effects, events);
      if (done) return done;
      apply(effects);
    }
  } finally {
    deadline.clear();
    // After a deadline calls may still be under way; usually none is, and aborting has its price.
    for (const { aborting } of calls.values()) aborting.abort();
  }
}

type Call = { readonly answer: Promise<InputEvent>; readonly aborting: AbortController };

function startCall(invoke: Invoke, runId: string, deps: InlineDeps): Call {
  const aborting = new AbortController();
  return { answer: deps.perform(invoke, runId, aborting.signal), aborting };
}

const callKey = ({ stepKey, attempt }: { stepKey: string; attempt: number }): string => `${stepKey}#${attempt}`;

function deadlineEvent(nowMs: () => number): { promise: Promise<InputEvent>; clear: () => void } {
  const { promise, resolve } = Promise.withResolvers<InputEvent>();
  const timer = setTimeout(() => resolve({ kind: "deadlinePassed", atMs: nowMs() }), inlineTimeoutMs);
  return { promise, clear: () => clearTimeout(timer) };
}

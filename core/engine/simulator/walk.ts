import type { AcceptedEvent, InputEvent, Json, RunEvent, RunOutcome, StepError, Workflow } from "@dap/contract";
import { advance, compileWorkflow, type Effect, outcomeOf, type Plan, type RunState } from "../src/index";
import { simulatedCatalogue } from "./catalogue";

/** What a call answers: an output, an error, or nothing until the test says so. */
export type Answer = { output: Json } | { error: Partial<StepError> } | "silent" | "unknown";

/** Answers by step key; the last of a list stays. Without one a call gives `{ v: 1 }`. */
export type Answers = Readonly<Record<string, readonly Answer[]>>;

export type Walk = {
  readonly plan: Plan;
  readonly state: RunState;
  readonly outcome: RunOutcome | undefined;
  readonly events: readonly RunEvent[];
  readonly effects: readonly Effect[];
  readonly nowMs: number;
};

export function planOf(document: Partial<Workflow>): Plan {
  const whole: Workflow = { dap: 1, name: "test", trigger: { kind: "manual" }, steps: [], ...document };
  const { plan, problems } = compileWorkflow(whole, { catalogue: simulatedCatalogue });
  if (!plan) throw new Error(JSON.stringify(problems, null, 1));
  return plan;
}

export const accepted = (body: Json = {}): AcceptedEvent => ({
  kind: "accepted",
  atMs: 1_000,
  runId: "run",
  teamId: "team",
  workflow: { id: "w", name: "test", version: 1 },
  semantics: 1,
  triggerKind: "manual",
  trigger: { body },
  vars: {},
});

/** Starts a run without answering anything. */
export function begin(plan: Plan, body: Json = {}): Walk {
  const event = accepted(body);
  const { state, effects, records } = advance(plan, undefined, event);
  return { plan, state, outcome: outcomeOf(state), events: [event, ...records], effects, nowMs: 1_000 };
}

export function feed(walk: Walk, event: InputEvent): Walk {
  const { state, effects, records } = advance(walk.plan, walk.state, event);
  return {
    ...walk,
    state,
    outcome: outcomeOf(state),
    events: [...walk.events, event, ...records],
    effects: [...walk.effects, ...effects],
    nowMs: Math.max(walk.nowMs, event.atMs),
  };
}

/** Runs to the end, or until only silent calls are left: calls are answered in order, then timers fire as they are due. */
export function walk(document: Partial<Workflow>, answers: Answers = {}, body: Json = {}): Walk {
  return follow(begin(planOf(document), body), answers);
}

export function follow(from: Walk, answers: Answers = {}): Walk {
  let at = from;
  const seen = new Set<Effect>();
  for (;;) {
    const open = at.effects.filter((effect) => !seen.has(effect));
    const next = open.find((effect) => effect.kind === "invoke" || effect.kind === "abort") ?? earliest(open);
    if (at.outcome || !next) return at;
    seen.add(next);
    const event = eventFor(next, answers, at.nowMs);
    if (event) at = feed(at, event);
  }
}

const earliest = (effects: readonly Effect[]): Effect | undefined =>
  effects.filter((effect) => effect.kind === "wake").toSorted((left, right) => left.dueAtMs - right.dueAtMs)[0];

function eventFor(effect: Effect, answers: Answers, nowMs: number): InputEvent | undefined {
  if (effect.kind === "wake") {
    const { stepKey, purpose, attempt, dueAtMs } = effect;
    return { kind: "timerFired", stepKey, purpose, attempt, atMs: Math.max(nowMs, dueAtMs) };
  }
  if (effect.kind === "abort")
    return { kind: "stepUnknown", stepKey: effect.stepKey, attempt: effect.attempt, atMs: nowMs + 1 };
  if (effect.kind !== "invoke") return undefined;
  const list = answers[effect.stepKey] ?? [{ output: { v: 1 } }];
  return answerEvent(effect, list[Math.min(effect.attempt, list.length) - 1] ?? "silent", nowMs + 1);
}

export function answerEvent(
  effect: { readonly stepKey: string; readonly attempt: number; readonly inputHash: string },
  answer: Answer,
  atMs: number,
): InputEvent | undefined {
  const { stepKey, attempt, inputHash } = effect;
  if (answer === "silent") return undefined;
  if (answer === "unknown") return { kind: "stepUnknown", stepKey, attempt, atMs };
  const common = { stepKey, attempt, inputHash, startedAtMs: atMs - 1, atMs };
  if ("output" in answer) return { kind: "stepSucceeded", ...common, output: answer.output };
  const error = { code: "REFUSED", message: "No.", retryable: false, ...answer.error };
  return { kind: "stepFailed", ...common, error, chance: 0.5 };
}

/** Keys of the calls asked for, in order. */
export const callsIn = (walk: Walk): string[] =>
  walk.effects.flatMap((effect) => (effect.kind === "invoke" ? [`${effect.stepKey}#${effect.attempt}`] : []));

export const invokeOf = (walk: Walk, stepKey: string) => {
  for (const effect of walk.effects) if (effect.kind === "invoke" && effect.stepKey === stepKey) return effect;
  throw new Error(`no call of ${stepKey}`);
};

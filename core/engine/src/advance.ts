import { type AcceptedEvent, type InputEvent, isTerminal, type Json, type RunOutcome } from "@dap/contract";
import { semantics } from "@dap/expression";
import type { Advance } from "./effect";
import { callsOf, isCalling } from "./leaf";
import type { Plan, PlanStep } from "./plan/plan";
import { asJson, copyNames, type Env, type Names, withLinks } from "./run/env";
import { budget, cleanupMsMax, runKey } from "./run/limit";
import { Machine } from "./run/machine";
import type { Trace } from "./run/trace";
import { type Live, type RunState, unborn } from "./state";

/**
 * Moves a run forward by one event; the first is `accepted`, with no state. Never throws, and never changes its
 * arguments. An event that no longer applies (late, repeated, or after the end) gives the state back and no effects.
 */
export const advance = (plan: Plan, state: RunState | undefined, event: InputEvent): Advance =>
  advanceTraced(plan, state, event, null);

/** How the run ended; `undefined` while it goes on. */
export const outcomeOf = (state: RunState): RunOutcome | undefined => state.outcome ?? undefined;

/** `advance`, telling a trace what every step does. */
export function advanceTraced(
  plan: Plan,
  state: RunState | undefined,
  event: InputEvent,
  trace: Trace | null,
): Advance {
  if (event.kind === "accepted") return state?.accepted ? same(state) : accept(plan, event, trace);
  if (!state?.accepted || isTerminal(state.status)) return same(state ?? unborn);
  const step = new Turn(plan, state, state.accepted, event, trace);
  switch (event.kind) {
    case "cancelRequested":
      return step.windUp({ status: "cancelled" }, event.force);
    case "deadlinePassed":
      return step.windUp(deadlineOutcome, state.ending !== null);
    case "timerFired":
      return event.stepKey === runKey && event.purpose === "timeout" && state.ending
        ? step.windUp(state.ending, true)
        : step.resume(event.stepKey);
    case "eventReceived":
      return step.receive(event.stepKey, event.body);
    default:
      return step.resume(event.stepKey);
  }
}

const same = (state: RunState): Advance => ({ state, effects: [], records: [] });

const deadlineOutcome: RunOutcome = {
  status: "failed",
  error: { code: "DEADLINE", message: "The run did not end before its deadline.", retryable: false },
};

function accept(plan: Plan, event: AcceptedEvent, trace: Trace | null): Advance {
  const turn = new Turn(plan, unborn, event, event, trace);
  if (event.semantics === semantics) return turn.begin();
  const message = `This run needs semantics ${event.semantics}; this release has ${semantics}.`;
  return turn.end({ status: "diverged", error: { code: "SEMANTICS_UNKNOWN", message, retryable: false } });
}

/** One event's way through the tree, and what is made of it afterwards. */
class Turn {
  private readonly machine: Machine;
  private readonly env: Env;

  constructor(
    private readonly plan: Plan,
    private readonly before: RunState,
    private readonly accepted: AcceptedEvent,
    event: InputEvent,
    trace: Trace | null,
  ) {
    const { steps, bytes } = before.spent;
    const stepsLeft = budget.stepsOfRun - steps;
    this.machine = new Machine(event, event.atMs, stepsLeft, budget.bytesOfRun - bytes, before.responded, trace);
    this.machine.mail = before.mail;
    this.env = rootEnv(plan, accepted, before);
  }

  begin(): Advance {
    return this.settle(this.plan.root.start(this.machine, this.env));
  }

  resume(stepKey: string): Advance {
    const { before, machine } = this;
    const [id = "", ...rounds] = stepKey.split("/");
    const step = this.plan.steps.get(id);
    if (step === undefined || before.live === null || !isPlace(step, rounds)) return same(before);
    machine.route = step.route;
    machine.rounds = rounds.map(Number);
    const live = this.plan.root.resume(machine, this.env, before.live);
    return live === before.live ? same(before) : this.settle(live);
  }

  /** A word for a wait that has not begun is kept for it; the first one counts. */
  receive(stepKey: string, body: Json): Advance {
    const { before, plan } = this;
    const mail = before.mail ?? {};
    if (Object.hasOwn(mail, stepKey)) return mail[stepKey] === null ? this.resume(stepKey) : same(before);
    const [id = "", ...rounds] = stepKey.split("/");
    const step = plan.steps.get(id);
    if (step === undefined || !step.hasMail || !isPlace(step, rounds)) return same(before);
    return { state: { ...before, mail: { ...mail, [stepKey]: { body } } }, effects: [], records: [] };
  }

  /** Stops all that goes on; `finally` still runs unless it is forced, in which case nothing is waited for. */
  windUp(outcome: RunOutcome, isForced: boolean): Advance {
    const { before, machine } = this;
    if (before.ending !== null && !isForced) return same(before);
    const ending = before.ending ?? outcome;
    if (isForced || before.live === null) {
      for (const { stepKey, attempt, aborting } of callsOf(before.live))
        if (!aborting) machine.effects.push({ kind: "abort", stepKey, attempt });
      return this.end(ending);
    }
    const live = this.plan.root.abort(machine, this.env, before.live);
    if (live === null) return this.end(ending);
    const dueAtMs = machine.nowMs + cleanupMsMax;
    machine.effects.push({ kind: "wake", stepKey: runKey, purpose: "timeout", attempt: 1, dueAtMs });
    return this.go(live, ending);
  }

  end(outcome: RunOutcome): Advance {
    const { machine } = this;
    machine.records.push({ kind: "ended", outcome, atMs: machine.nowMs });
    machine.effects.push({ kind: "finish", outcome });
    return this.give({ ...this.kept(null), status: outcome.status, ending: this.before.ending, outcome });
  }

  private settle(live: Live | null): Advance {
    if (live !== null) return this.go(live, this.before.ending);
    return this.end(this.before.ending ?? this.verdict());
  }

  private go(live: Live, ending: RunOutcome | null): Advance {
    const status = ending ? "cancelling" : isCalling(live) ? "running" : "waiting";
    return this.give({ ...this.kept(live), status, ending, outcome: null });
  }

  private verdict(): RunOutcome {
    const { machine } = this;
    if (machine.signal === "done") this.evaluateOutput();
    switch (machine.signal) {
      case "done":
      case "returned":
        return { status: "succeeded", output: machine.value ?? null };
      case "failed":
        return {
          status: "failed",
          error: machine.error,
          ...(machine.errorKey !== "" && { stepKey: machine.errorKey }),
        };
      case "aborted":
        return { status: "cancelled" };
    }
  }

  private evaluateOutput(): void {
    const { machine, plan } = this;
    try {
      machine.done(plan.output ? machine.evaluate(plan.output, this.env) : null);
    } catch (thrown) {
      machine.failThrown(thrown, "");
    }
  }

  private kept(live: Live | null) {
    const { machine } = this;
    return {
      accepted: this.accepted,
      outputs: this.env.own as RunState["outputs"],
      live,
      spent: { steps: budget.stepsOfRun - machine.stepsLeft, bytes: budget.bytesOfRun - machine.bytesLeft },
      responded: machine.isResponded,
      mail: machine.mail,
    };
  }

  private give(state: RunState): Advance {
    return { state, effects: this.machine.effects, records: this.machine.records };
  }
}

/** Whether a key's rounds are as many as the step has loops around it, each a plain number. */
const isPlace = (step: PlanStep, rounds: readonly string[]): boolean =>
  rounds.length === step.loops && rounds.every((round) => /^(0|[1-9]\d{0,8})$/.test(round));

function rootEnv(plan: Plan, accepted: AcceptedEvent, state: RunState): Env {
  const { workflow, runId, atMs, publicUrl } = accepted;
  const steps = copyNames(state.outputs);
  const names: Names = Object.create(null);
  names.trigger = accepted.trigger;
  names.steps = asJson(steps);
  names.vars = accepted.vars;
  names.run = { id: runId, startedAt: new Date(atMs).toISOString(), startedAtMs: atMs } satisfies Json;
  names.workflow = { id: workflow.id, name: workflow.name, version: workflow.version } satisfies Json;
  const { resumeUrl } = plan;
  const urlOf = resumeUrl ? (stepKey: string) => resumeUrl(runId, stepKey, publicUrl) : null;
  return withLinks({ names, steps, own: steps, outer: null, index: 0, urlOf }, plan.waits);
}

import type { InputEvent, Json, StepError } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { InvokeEffect } from "../effect";
import { hashJson } from "../hash";
import type { PlanStep } from "../plan/plan";
import { askedDelayMs, isUnknownOutcome, retryDelayMs } from "../retry";
import type { CallLive, Live } from "../state";
import type { Block } from "./block";
import { keyAt } from "./env";
import type { Machine } from "./machine";

/**
 * A step with an effect: running ⇄ retrying, until it succeeded, failed, or its outcome is unknown. Every call has its
 * own attempt number, so an answer that comes late or twice finds no call that waits for it.
 */
export function createCall(step: PlanStep, input: Evaluate): Block {
  return {
    isPure: false,
    start: (machine, env) => {
      const stepKey = keyAt(step.id, env);
      if (!machine.charge(step.id, env)) return null;
      let value: Json;
      let inputHash: string;
      try {
        value = machine.evaluate(input, env) ?? null;
        inputHash = hashJson(value);
      } catch (thrown) {
        return machine.failThrown(thrown, stepKey);
      }
      const first = { attempt: 1, n: 1, failures: 0 };
      return invoke(machine, step, { ...fresh, ...first, stepKey, input: value, inputHash });
    },
    resume: (machine, _env, live) => (live.kind === "call" ? answer(machine, step, live, machine.event) : live),
    abort: (machine, _env, live) => {
      if (live.kind !== "call" || live.phase === "retrying") return machine.aborted();
      if (live.aborting) return live;
      machine.effects.push({ kind: "abort", stepKey: live.stepKey, attempt: live.attempt });
      return { ...live, aborting: true };
    },
  };
}

const fresh = { kind: "call", phase: "running", started: false, aborting: false, dueAtMs: 0 } as const;

/** The effect that asks for a call, as it stands. */
export const invokeEffect = (step: PlanStep, live: CallLive): InvokeEffect => ({
  kind: "invoke",
  stepKey: live.stepKey,
  stepId: step.id,
  attempt: live.attempt,
  use: step.use,
  ...(step.connection !== undefined && { connection: step.connection }),
  input: live.input,
  inputHash: live.inputHash,
  effect: step.effect,
  policy: step.policy,
  timeoutMs: step.timeoutMs,
  generation: 0,
  n: live.n,
  started: live.started,
});

function invoke(machine: Machine, step: PlanStep, live: CallLive): CallLive {
  machine.effects.push(invokeEffect(step, live));
  machine.trace?.note({ ...viewOf(step, live), status: "running" });
  return live;
}

function answer(machine: Machine, step: PlanStep, live: CallLive, event: InputEvent): Live | null {
  if (!("attempt" in event) || event.attempt !== live.attempt) return live;
  if (event.kind === "timerFired")
    return event.purpose === "retry" && live.phase === "retrying"
      ? invoke(machine, step, { ...live, phase: "running", started: false, dueAtMs: 0 })
      : live;
  if (live.phase !== "running") return live;
  switch (event.kind) {
    case "stepStarted":
      if (live.started) return live;
      machine.trace?.note({ ...viewOf(step, live), status: "running", startedAtMs: event.atMs });
      return { ...live, started: true };
    case "stepSucceeded": {
      const times = { startedAtMs: event.startedAtMs, endedAtMs: event.atMs };
      machine.trace?.note({ ...viewOf(step, live), ...times, status: "succeeded", output: event.output });
      return live.aborting ? machine.aborted() : machine.done(event.output);
    }
    case "stepFailed":
      return failed(machine, step, live, event);
    case "stepUnknown":
      machine.trace?.note({ ...viewOf(step, live), status: "unknown", endedAtMs: event.atMs });
      if (live.aborting) return machine.aborted();
      // Repeating is safe, or the author said so: the same key again, since nobody has given a definitive answer to it.
      return mayRepeat(step)
        ? invoke(machine, step, { ...live, attempt: live.attempt + 1, started: false })
        : machine.fail(unknownOutcome(), live.stepKey);
  }
}

type FailedEvent = Extract<InputEvent, { kind: "stepFailed" }>;

function failed(machine: Machine, step: PlanStep, live: CallLive, event: FailedEvent): Live | null {
  const { error } = event;
  const times = { startedAtMs: event.startedAtMs, endedAtMs: event.atMs };
  if (live.aborting) {
    machine.trace?.note({ ...viewOf(step, live), ...times, status: "cancelled", error });
    return machine.aborted();
  }
  const isUnknown = isUnknownOutcome(error);
  const failures = live.failures + 1;
  const policy = step.retry;
  const isLast = !policy || !error.retryable || failures >= policy.attemptsMax;
  if (isUnknown && !mayRepeat(step)) {
    machine.trace?.note({ ...viewOf(step, live), ...times, status: "unknown", error });
    return machine.fail(unknownOutcome(error), live.stepKey);
  }
  if (isLast) {
    machine.trace?.note({ ...viewOf(step, live), ...times, status: "failed", error });
    return machine.fail(error, live.stepKey);
  }
  machine.trace?.note({ ...viewOf(step, live), ...times, status: "retrying", error });
  const attempt = live.attempt + 1;
  const delayMs = Math.max(retryDelayMs(policy, failures, event.chance), askedDelayMs(policy, error));
  const dueAtMs = event.atMs + delayMs;
  machine.effects.push({ kind: "wake", stepKey: live.stepKey, purpose: "retry", attempt, dueAtMs });
  return { ...live, phase: "retrying", attempt, failures, n: isUnknown ? live.n : live.n + 1, started: false, dueAtMs };
}

const mayRepeat = (step: PlanStep): boolean => step.effect !== "unkeyed" || step.policy === "retry";

const unknownOutcome = (cause?: StepError): StepError => ({
  code: "OUTCOME_UNKNOWN",
  message: `The call was sent and nobody can tell what became of it${cause ? ` (${cause.code})` : ""}.`,
  retryable: false,
});

const viewOf = (step: PlanStep, live: CallLive) => ({
  stepKey: live.stepKey,
  stepId: step.id,
  use: step.use,
  attempt: live.attempt,
  input: live.input,
});

import { type Evaluate, isTruthy } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { ErrorInScope, Live, TimedLive } from "../state";
import type { Block } from "./block";
import { type Env, errorEnv, keyAt } from "./env";
import type { Machine } from "./machine";
import { neverGoesOn } from "./pure";

/** Keeps a step's output where later steps find it. Every step has this around it. */
export function createNamed(step: PlanStep, inner: Block): Block {
  const { id } = step;
  const keep = (machine: Machine, env: Env): null => {
    const { value } = machine;
    if (machine.signal !== "done" || value === undefined) return null;
    env.steps[id] = value;
    if (env.own !== env.steps) env.own[id] = value;
    return null;
  };
  return {
    isPure: inner.isPure,
    start: (machine, env) => inner.start(machine, env) ?? keep(machine, env),
    resume: (machine, env, live) => inner.resume(machine, env, live) ?? keep(machine, env),
    abort: inner.abort,
  };
}

/** Tells a trace what a control step came to; plain steps tell it themselves. */
export function createTraced(step: PlanStep, inner: Block): Block {
  const tell = (machine: Machine, env: Env, live: Live | null): Live | null => {
    if (machine.trace !== null && live === null) noteEnd(machine, env, step, inner.isPure);
    return live;
  };
  return {
    isPure: inner.isPure,
    start: (machine, env) => {
      if (machine.trace !== null) noteStart(machine, env, step, inner.isPure);
      return tell(machine, env, inner.start(machine, env));
    },
    resume: (machine, env, live) => tell(machine, env, inner.resume(machine, env, live)),
    abort: (machine, env, live) => tell(machine, env, inner.abort(machine, env, live)),
  };
}

const viewOf = (step: PlanStep, env: Env) => ({
  stepKey: keyAt(step.id, env),
  stepId: step.id,
  use: step.use,
  attempt: 1,
});

function noteStart(machine: Machine, env: Env, step: PlanStep, isPure: boolean): void {
  const status = step.use === "wait" ? "waiting" : "running";
  machine.trace?.note({ ...viewOf(step, env), status, ...(!isPure && { startedAtMs: machine.nowMs }) });
}

/** Computed in no time that the run could know of, a pure step has no times. */
function noteEnd(machine: Machine, env: Env, step: PlanStep, isPure: boolean): void {
  const view = { ...viewOf(step, env), ...(!isPure && { endedAtMs: machine.nowMs }) };
  if (machine.signal === "failed") machine.trace?.note({ ...view, status: "failed", error: machine.error });
  else if (machine.signal === "aborted") machine.trace?.note({ ...view, status: "cancelled" });
  else machine.trace?.note({ ...view, status: "succeeded", output: machine.value ?? null });
}

/** Runs a step only while its guard holds; skipped, it has no output. Without a guard it never runs. */
export function createGuarded(step: PlanStep, guard: Evaluate | undefined, inner: Block): Block {
  return {
    ...inner,
    isPure: inner.isPure || guard === undefined,
    start: (machine, env) => {
      try {
        const isOpen = guard !== undefined && isTruthy(machine.evaluate(guard, env));
        if (guard !== undefined && !inner.isPure) machine.decide(keyAt(step.id, env), isOpen ? "run" : "skip");
        if (isOpen) return inner.start(machine, env);
      } catch (thrown) {
        return machine.failThrown(thrown, keyAt(step.id, env));
      }
      if (machine.trace !== null) noteSkipped(machine, env, step);
      return machine.done(undefined);
    },
  };
}

function noteSkipped(machine: Machine, env: Env, step: PlanStep): void {
  machine.trace?.note({
    stepKey: keyAt(step.id, env),
    stepId: step.id,
    use: step.use,
    status: "skipped",
    attempt: 0,
  });
}

/** `onError: continue`: a failure becomes a missing output. */
export function createForgiven(inner: Block): Block {
  const forgive = (machine: Machine): null =>
    machine.signal === "failed" && !machine.isExhausted ? machine.done(undefined) : null;
  return {
    isPure: inner.isPure,
    start: (machine, env) => inner.start(machine, env) ?? forgive(machine),
    resume: (machine, env, live) => inner.resume(machine, env, live) ?? forgive(machine),
    abort: inner.abort,
  };
}

/** What `catch` sees of a failure. */
export const errorInScope = (machine: Machine): ErrorInScope => ({
  code: machine.error.code,
  message: machine.error.message,
  stepKey: machine.errorKey,
});

/** `onError: {steps}`: a failure is followed by other steps, whose output takes the place of the step's own. */
export function createHandled(inner: Block, handler: Block): Block {
  const wrap = (inHandler: boolean, error: ErrorInScope | null, child: Live | null): Live | null =>
    child && { kind: "handled", inHandler, error, child };
  const orHandle = (machine: Machine, env: Env): Live | null => {
    if (machine.signal !== "failed" || machine.isExhausted) return null;
    const error = errorInScope(machine);
    return wrap(true, error, handler.start(machine, errorEnv(env, error)));
  };
  return {
    isPure: inner.isPure && handler.isPure,
    start: (machine, env) => wrap(false, null, inner.start(machine, env)) ?? orHandle(machine, env),
    resume: (machine, env, live) => {
      if (live.kind !== "handled") return live;
      // An event for the step itself has no slot of its own; one for a step below says on which side it is.
      const slot = machine.depth < machine.route.length ? machine.route[machine.depth] : 0;
      if (slot !== Number(live.inHandler)) return live;
      machine.depth += 1;
      const child = live.inHandler
        ? handler.resume(machine, errorEnv(env, live.error), live.child)
        : inner.resume(machine, env, live.child);
      if (child === live.child) return live;
      if (child !== null || live.inHandler) return wrap(live.inHandler, live.error, child);
      return orHandle(machine, env);
    },
    abort: (machine, env, live) => {
      if (live.kind !== "handled") return machine.aborted();
      const child = live.inHandler
        ? handler.abort(machine, errorEnv(env, live.error), live.child)
        : inner.abort(machine, env, live.child);
      return wrap(live.inHandler, live.error, child);
    },
  };
}

/** `timeoutMs` of a control step: when the timer fires, all inside is stopped and waited for, and the step fails. */
export function createTimed(step: PlanStep, timeoutMs: number, inner: Block): Block {
  const end = (machine: Machine, stepKey: string, ending: TimedLive["ending"]): null => {
    if (ending === "abort") return machine.aborted();
    if (ending === null) return null;
    const error = { code: "TIMEOUT", message: `The step took longer than ${timeoutMs} ms.`, retryable: true };
    // What is inside was cancelled, and said so; the step itself failed.
    const view = { stepKey, stepId: step.id, use: step.use, attempt: 1, endedAtMs: machine.nowMs };
    machine.trace?.note({ ...view, status: "failed", error });
    return machine.fail(error, stepKey);
  };
  const stop = (machine: Machine, env: Env, live: TimedLive, ending: "timeout" | "abort"): Live | null => {
    if (live.ending !== null) return ending === "abort" ? { ...live, ending } : live;
    const child = inner.abort(machine, env, live.child);
    return child ? { ...live, ending, child } : end(machine, live.stepKey, ending);
  };
  return {
    // Pure work takes no time that the run could know of.
    isPure: inner.isPure,
    start: (machine, env) => {
      const child = inner.start(machine, env);
      if (child === null) return null;
      const stepKey = keyAt(step.id, env);
      const dueAtMs = machine.nowMs + timeoutMs;
      machine.effects.push({ kind: "wake", stepKey, purpose: "timeout", attempt: 1, dueAtMs });
      return { kind: "timed", stepKey, dueAtMs, ending: null, child };
    },
    resume: (machine, env, live) => {
      if (live.kind !== "timed") return live;
      const { event } = machine;
      const isMine = event.kind === "timerFired" && event.purpose === "timeout" && event.stepKey === live.stepKey;
      if (isMine) return stop(machine, env, live, "timeout");
      const child = inner.resume(machine, env, live.child);
      if (child === live.child) return live;
      return child ? { ...live, child } : end(machine, live.stepKey, live.ending);
    },
    abort: (machine, env, live) => (live.kind === "timed" ? stop(machine, env, live, "abort") : machine.aborted()),
  };
}

/** Does nothing. */
export const nothing: Block = { isPure: true, start: (machine) => machine.done(undefined), ...neverGoesOn };

import type { Json } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { Block } from "./block";
import { type Env, keyAt } from "./env";
import { instantOf } from "./instant";
import { waitMsMax } from "./limit";
import type { Machine } from "./machine";

/** How long a wait still takes; `undefined`, with the verdict set, when the document's value says no time. */
type Remaining = (machine: Machine, env: Env, stepKey: string) => number | undefined;

/** Lets a duration pass. */
export const createWait = (step: PlanStep, duration: Evaluate): Block =>
  createTimeWait(step, (machine, env, stepKey) => {
    const durationMs: Json | undefined = machine.evaluate(duration, env);
    if (typeof durationMs === "number" && durationMs <= waitMsMax) return durationMs;
    machine.failWith("WRONG_TYPE", "durationMs must be a number of milliseconds, a year at most.", stepKey);
    return undefined;
  });

/** Waits until an instant. */
export const createWaitUntil = (step: PlanStep, until: Evaluate): Block =>
  createTimeWait(step, (machine, env, stepKey) => {
    const instant = instantOf(machine.evaluate(until, env));
    if (instant !== undefined && instant - machine.nowMs <= waitMsMax) return instant - machine.nowMs;
    const message = "until must be Unix milliseconds or an ISO 8601 instant with its zone, a year ahead at most.";
    machine.failWith("WRONG_TYPE", message, stepKey);
    return undefined;
  });

/** Its output is `null`. What takes no time has passed already. */
function createTimeWait(step: PlanStep, remaining: Remaining): Block {
  return {
    isPure: false,
    start: (machine, env) => {
      const stepKey = keyAt(step.id, env);
      if (!machine.charge(step.id, env)) return null;
      let leftMs: number | undefined;
      try {
        leftMs = remaining(machine, env, stepKey);
      } catch (thrown) {
        return machine.failThrown(thrown, stepKey);
      }
      if (leftMs === undefined) return null;
      if (leftMs <= 0) return machine.done(null);
      const dueAtMs = machine.nowMs + Math.ceil(leftMs);
      machine.effects.push({ kind: "wake", stepKey, purpose: "wait", attempt: 1, dueAtMs });
      return { kind: "wait", stepKey, dueAtMs };
    },
    resume: (machine, _env, live) => {
      const { event } = machine;
      if (live.kind !== "wait" || event.kind !== "timerFired" || event.purpose !== "wait") return live;
      return machine.done(null);
    },
    abort: (machine) => machine.aborted(),
  };
}

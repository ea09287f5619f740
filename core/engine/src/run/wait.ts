import type { Json } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { Block } from "./block";
import { keyAt } from "./env";

const waitMsMax = 366 * 86_400_000;

/** Lets time pass. Its output is `null`. A duration of zero or less has passed already. */
export function createWait(step: PlanStep, duration: Evaluate): Block {
  return {
    isPure: false,
    start: (machine, env) => {
      const stepKey = keyAt(step.id, env);
      if (!machine.charge(step.id, env)) return null;
      let durationMs: Json | undefined;
      try {
        durationMs = machine.evaluate(duration, env);
      } catch (thrown) {
        return machine.failThrown(thrown, stepKey);
      }
      if (typeof durationMs !== "number" || durationMs > waitMsMax)
        return machine.failWith("WRONG_TYPE", "durationMs must be a number of milliseconds, a year at most.", stepKey);
      if (durationMs <= 0) return machine.done(null);
      const dueAtMs = machine.nowMs + Math.ceil(durationMs);
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

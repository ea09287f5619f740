import type { Json } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { Block } from "./block";
import { keyAt } from "./env";
import { waitMsMax } from "./limit";

/**
 * Waits for one word from outside, which may have come already. Word and timer are told apart before they get here: the
 * store lets one of the two through, and whatever comes second finds no wait.
 */
export function createEventWait(step: PlanStep, timeout: Evaluate): Block {
  return {
    isPure: false,
    start: (machine, env) => {
      const stepKey = keyAt(step.id, env);
      if (!machine.charge(step.id, env)) return null;
      let timeoutMs: Json | undefined;
      try {
        timeoutMs = machine.evaluate(timeout, env);
      } catch (thrown) {
        return machine.failThrown(thrown, stepKey);
      }
      if (typeof timeoutMs !== "number" || timeoutMs > waitMsMax)
        return machine.failWith("WRONG_TYPE", "timeoutMs must be a number of milliseconds, a year at most.", stepKey);
      const letter = machine.openMail(stepKey);
      if (letter !== undefined) return machine.done(letter.body);
      const dueAtMs = machine.nowMs + Math.max(0, Math.ceil(timeoutMs));
      machine.effects.push({ kind: "wake", stepKey, purpose: "expiry", attempt: 1, dueAtMs });
      return { kind: "event", stepKey, dueAtMs };
    },
    resume: (machine, _env, live) => {
      const { event } = machine;
      if (live.kind !== "event") return live;
      if (event.kind === "eventReceived") return machine.done(event.body);
      if (event.kind !== "timerFired" || event.purpose !== "expiry") return live;
      return machine.failWith("TIMEOUT", "Nobody called the resume URL in time.", live.stepKey);
    },
    abort: (machine) => machine.aborted(),
  };
}

import { type Json, type StepDefinition, StepFault } from "@dap/contract";
import type { Evaluate, Meter } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { Block } from "./block";
import { type Env, keyAt } from "./env";
import type { Machine } from "./machine";
import { neverGoesOn } from "./pure";

type Compute = NonNullable<StepDefinition["compute"]>;

/** A step that is computed in place. Without `compute` its output is its input (`transform.set`). */
export function createPlain(step: PlanStep, input: Evaluate, compute: Compute | undefined): Block {
  const { id } = step;
  const work = compute && ((value: Json, meter: Meter): Json => compute(value, meter));
  return {
    isPure: true,
    start: (machine, env) => {
      if (!machine.charge(id, env)) return null;
      let given: Json = null;
      try {
        given = machine.evaluate(input, env) ?? null;
        machine.done(work ? machine.compute(work, given) : given);
      } catch (thrown) {
        machine.failThrown(asFault(thrown), keyAt(id, env));
      }
      if (machine.trace !== null) notePlain(machine, env, step, given);
      return null;
    },
    ...neverGoesOn,
  };
}

/** A fixed output in the place of a step's own. */
export function createPinned(step: PlanStep, output: Json): Block {
  return {
    isPure: true,
    start: (machine, env) => {
      if (!machine.charge(step.id, env)) return null;
      machine.done(output);
      if (machine.trace !== null) notePlain(machine, env, step, null);
      return null;
    },
    ...neverGoesOn,
  };
}

function notePlain(machine: Machine, env: Env, step: PlanStep, input: Json): void {
  const view = { stepKey: keyAt(step.id, env), stepId: step.id, use: step.use, attempt: 1, input };
  if (machine.signal === "failed") machine.trace?.note({ ...view, status: "failed", error: machine.error });
  else machine.trace?.note({ ...view, status: "succeeded", output: machine.value ?? null });
}

/** Code of another package may give a stack overflow its own name; as data of a run it has one. */
const asFault = (thrown: unknown): unknown =>
  thrown instanceof RangeError ? new StepFault("TOO_DEEP", "The data is nested too deeply.") : thrown;

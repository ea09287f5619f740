import { type Json, StepFault } from "@dap/contract";
import { catalogue } from "./catalogue";

/** Computes a pure step as the engine would; gives the code of its fault instead when it has one. */
export function computeStep(use: string, input: Json): Json {
  const compute = catalogue.get(use)?.compute;
  if (!compute) throw new Error(`${use} is not a pure step`);
  try {
    return compute(input, { charge: () => {} });
  } catch (fault) {
    if (fault instanceof StepFault) return `fault ${fault.code}`;
    throw fault;
  }
}

/** How much of the budget a step charges. */
export function chargedBy(use: string, input: Json): { steps: number; bytes: number } {
  const charged = { steps: 0, bytes: 0 };
  catalogue.get(use)?.compute?.(input, {
    charge: (steps, bytes = 0) => {
      charged.steps += steps;
      charged.bytes += bytes;
    },
  });
  return charged;
}

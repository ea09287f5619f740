import { childLists, isControlStep, type Step } from "@dap/contract";

/** The steps that share a scope with this list: all below but those in deeper loops. */
export function stepsOfScope(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => [
    step,
    ...childLists(step)
      .filter(({ path }) => path === "/onError/steps" || (step.use !== "forEach" && step.use !== "while"))
      .flatMap((list) => stepsOfScope(list.steps)),
  ]);
}

export const idsOfScope = (steps: readonly Step[]): string[] => stepsOfScope(steps).map(({ id }) => id);

/** Ids of a scope's steps that wait for an event. */
export const waitIdsOf = (steps: readonly Step[]): string[] =>
  stepsOfScope(steps)
    .filter(isEventWait)
    .map(({ id }) => id);

export const isEventWait = (step: Step): boolean =>
  isControlStep(step) && step.use === "wait" && step.event !== undefined;

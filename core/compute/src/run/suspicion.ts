import type { InputEvent, StepError } from "@dap/contract";
import type { Effect, InvokeEffect } from "@dap/engine";
import type { Work } from "./session";

/**
 * From this many claims without progress on (so, four owners lost) a run may be what kills its workers. Fewer would
 * condemn bystanders: under twenty kills a minute one run in some thousands loses two owners and then three starts.
 */
export const suspiciousClaims = 5;
/** As many counted starts without progress are enough. */
export const startsMax = 3;

/** Answers every open call of a run that keeps killing its workers; the engine then goes on as after any failure. */
export function giveUpCalls({ effects, inputs }: Work, atMs: number, chance: number): Work {
  const isCall = (effect: Effect): effect is InvokeEffect => effect.kind === "invoke";
  const answers = effects.filter(isCall).map(
    ({ stepKey, attempt, inputHash }): InputEvent => ({
      kind: "stepFailed",
      stepKey,
      attempt,
      inputHash,
      error: workerLost,
      startedAtMs: atMs,
      atMs,
      chance,
    }),
  );
  return { effects: effects.filter((effect) => !isCall(effect)), inputs: [...answers, ...inputs] };
}

const workerLost: StepError = {
  code: "WORKER_LOST",
  message: `The worker was lost ${startsMax} times while it performed this step.`,
  retryable: false,
};

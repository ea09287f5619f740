import type { StepCall, StepResult } from "@dap/connector";
import type { InputEvent, StepError } from "@dap/contract";
import type { InvokeEffect } from "@dap/engine";
import type { Logger } from "@dap/platform/log";
import { boundSignal } from "./bounded-signal";

export type PerformDeps = {
  /** A connector's step; see `performStep` of `@dap/connector`. */
  readonly performStep: (call: StepCall, signal: AbortSignal) => Promise<StepResult>;
  readonly nowMs: () => number;
  /** Uniform in [0, 1): spreads retries. */
  readonly chance: () => number;
  readonly log: Pick<Logger, "error">;
  /** Where the shell stops a run after this time: a step that may take as long needs no timer of its own. */
  readonly runTimeoutMs?: number;
};

/** One effect of a run. `originRunId` is the run that was first: a run that repeats it keeps its keys. */
export type Call = { readonly originRunId: string; readonly invoke: InvokeEffect };

/**
 * Makes one call and gives the event that answers it, at the edge as at a worker. Never rejects, and never outlives its
 * time: a step that does not listen to its signal is left behind. An `unkeyed` call that is stopped is unknown, because
 * it may have got through.
 */
export async function performCall(
  { originRunId, invoke }: Call,
  stop: AbortSignal,
  deps: PerformDeps,
): Promise<InputEvent> {
  const { stepKey, attempt, inputHash, timeoutMs } = invoke;
  const startedAtMs = deps.nowMs();
  const bound = boundSignal(stop, timeoutMs < (deps.runTimeoutMs ?? Number.POSITIVE_INFINITY) ? timeoutMs : undefined);
  try {
    const result = await Promise.race([makeCall(originRunId, invoke, bound.signal, deps), bound.ended]);
    const answer = { stepKey, attempt, inputHash, startedAtMs, atMs: deps.nowMs() };
    if (result?.kind === "succeeded") return { kind: "stepSucceeded", ...answer, output: result.output };
    if (stop.aborted && invoke.effect === "unkeyed")
      return { kind: "stepUnknown", stepKey, attempt, atMs: answer.atMs };
    const error = stop.aborted ? aborted : bound.isTimeout() ? timedOut(timeoutMs) : result?.error;
    return { kind: "stepFailed", ...answer, error: error ?? crashed, chance: deps.chance() };
  } finally {
    bound.release();
  }
}

async function makeCall(
  originRunId: string,
  { use, input, stepKey, generation, n, connection }: InvokeEffect,
  signal: AbortSignal,
  { performStep, log }: PerformDeps,
): Promise<StepResult> {
  if (connection !== undefined) return { kind: "failed", error: noConnection(connection) };
  const idempotencyKey = `${originRunId}:${stepKey}:${generation}:${n}`;
  try {
    return await performStep({ use, input, idempotencyKey }, signal);
  } catch (cause) {
    // What is thrown after the end is the end's own doing, and nobody waits for it.
    if (!signal.aborted) log.error("A step crashed.", { cause, runId: originRunId, stepKey, use });
    return { kind: "failed", error: crashed };
  }
}

const aborted: StepError = { code: "ABORTED", message: "The step was stopped.", retryable: false };
const crashed: StepError = {
  code: "STEP_CRASHED",
  message: "The step failed for a reason inside the platform.",
  retryable: false,
};
const timedOut = (timeoutMs: number): StepError => ({
  code: "TIMEOUT",
  message: `The step took longer than ${timeoutMs} ms.`,
  retryable: true,
});
const noConnection = (name: string): StepError => ({
  code: "CONNECTION_MISSING",
  message: `There is no connection "${name}".`,
  retryable: false,
});

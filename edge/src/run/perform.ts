import { type Egress, performStep } from "@dap/connector";
import type { InputEvent, StepError } from "@dap/contract";
import type { Effect } from "@dap/engine";
import type { Logger } from "@dap/platform/log";
import { boundSignal } from "./bounded-signal";
import { inlineTimeoutMs } from "./inline";

type Invoke = Extract<Effect, { kind: "invoke" }>;

export type PerformDeps = {
  readonly egress: Egress;
  readonly nowMs: () => number;
  readonly chance: () => number;
  readonly randomUuid: () => string;
  readonly log: Logger;
};

/**
 * Performs one effect and gives the event that answers it. Never rejects: a fault of our own becomes the step's error.
 * `signal` ends with the run, whose own time bounds every step that may take as long.
 */
export async function performInvoke(
  invoke: Invoke,
  runId: string,
  signal: AbortSignal,
  deps: PerformDeps,
): Promise<InputEvent> {
  const startedAtMs = deps.nowMs();
  const { stepKey, attempt, inputHash } = invoke;
  const base = { stepKey, attempt, inputHash, startedAtMs };
  const call = {
    use: invoke.use,
    input: invoke.input,
    idempotencyKey: `${runId}:${stepKey}:${invoke.generation}:${invoke.n}`,
  };
  const bounded = invoke.timeoutMs < inlineTimeoutMs ? boundSignal(signal, invoke.timeoutMs) : undefined;
  try {
    const result = await performStep(call, {
      egress: deps.egress,
      nowMs: deps.nowMs,
      randomUuid: deps.randomUuid,
      signal: bounded?.signal ?? signal,
    });
    if (result.kind === "succeeded")
      return { kind: "stepSucceeded", ...base, output: result.output, atMs: deps.nowMs() };
    const error = bounded?.isTimeout() ? timedOut(invoke.timeoutMs) : result.error;
    return { kind: "stepFailed", ...base, error, atMs: deps.nowMs(), chance: deps.chance() };
  } catch (cause) {
    const isTimeout = bounded?.isTimeout() ?? false;
    if (!isTimeout) deps.log.error("a step crashed", { cause, runId, stepKey, use: invoke.use });
    const error = isTimeout ? timedOut(invoke.timeoutMs) : crashed;
    return { kind: "stepFailed", ...base, error, atMs: deps.nowMs(), chance: deps.chance() };
  } finally {
    bounded?.release();
  }
}

// The same words as the worker's: what happened does not depend on where a run is computed.
const timedOut = (timeoutMs: number): StepError => ({
  code: "TIMEOUT",
  message: `The step took longer than ${timeoutMs} ms.`,
  retryable: true,
});

const crashed: StepError = {
  code: "STEP_CRASHED",
  message: "The step failed for a reason inside the platform.",
  retryable: false,
};

import type { ResolvedConnection, StepCall, StepResult } from "@dap/connector";
import type { InputEvent, StepError } from "@dap/contract";
import type { InvokeEffect } from "@dap/engine";

export type PerformDeps = {
  /** A connector's step; see `performStep` of `@dap/connector`. */
  readonly performStep: (call: StepCall, signal: AbortSignal) => Promise<StepResult>;
  /** Opens a connection by its name in the document; `undefined` when the team has none of that name. */
  readonly resolveConnection?: (teamId: string, name: string) => Promise<ResolvedConnection | undefined>;
  readonly nowMs: () => number;
  /** Uniform in [0, 1): spreads retries. */
  readonly chance: () => number;
};

export type Call = { readonly teamId: string; readonly originRunId: string; readonly invoke: InvokeEffect };

/**
 * Makes one call and gives the event that answers it. Never rejects, and never outlives its time: a step that does not
 * listen to its signal is left behind. A stopped `unkeyed` call is unknown, because it may have got through.
 */
export async function performCall(
  { teamId, originRunId, invoke }: Call,
  stop: AbortSignal,
  deps: PerformDeps,
): Promise<InputEvent> {
  const { stepKey, attempt, inputHash } = invoke;
  const startedAtMs = deps.nowMs();
  // One controller for both reasons: `AbortSignal.any` costs more than the rest of this function.
  const ending = new AbortController();
  const { signal } = ending;
  let isLate = false;
  const end = () => ending.abort();
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, invoke.timeoutMs);
  if (stop.aborted) end();
  else stop.addEventListener("abort", end, { once: true });
  try {
    const result = await Promise.race([makeCall(teamId, originRunId, invoke, signal, deps), whenAborted(signal)]);
    const answer = { stepKey, attempt, inputHash, startedAtMs, atMs: deps.nowMs() };
    if (result?.kind === "succeeded") return { kind: "stepSucceeded", ...answer, output: result.output };
    if (stop.aborted && invoke.effect === "unkeyed")
      return { kind: "stepUnknown", stepKey, attempt, atMs: answer.atMs };
    const error = stop.aborted ? aborted : isLate ? timedOut(invoke.timeoutMs) : result?.error;
    return { kind: "stepFailed", ...answer, error: error ?? crashed, chance: deps.chance() };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
  }
}

async function makeCall(
  teamId: string,
  originRunId: string,
  invoke: InvokeEffect,
  signal: AbortSignal,
  { performStep, resolveConnection }: PerformDeps,
): Promise<StepResult> {
  const call = {
    use: invoke.use,
    input: invoke.input,
    idempotencyKey: `${originRunId}:${invoke.stepKey}:${invoke.generation}:${invoke.n}`,
  };
  try {
    if (invoke.connection === undefined) return await performStep(call, signal);
    const connection = await resolveConnection?.(teamId, invoke.connection);
    if (connection === undefined) return { kind: "failed", error: noConnection(invoke.connection) };
    return await performStep({ ...call, connection }, signal);
  } catch {
    return { kind: "failed", error: crashed };
  }
}

const whenAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

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

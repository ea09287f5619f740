import { describe, expect, test } from "bun:test";
import type { StepResult } from "@dap/connector";
import type { InvokeEffect } from "@dap/engine";
import { type PerformDeps, performCall } from "./perform";

const invoke: InvokeEffect = {
  kind: "invoke",
  stepKey: "price",
  stepId: "price",
  attempt: 1,
  use: "http.request",
  input: { url: "https://example.com/" },
  inputHash: "0",
  effect: "read",
  policy: "retry",
  timeoutMs: 60_000,
  generation: 0,
  n: 1,
  started: false,
};

/** A receiver that never answers and does not listen. */
const silent = () => new Promise<never>(() => {});
/** The connector's own way: it gives up when it is told to, and says so. */
const obedient: PerformDeps["performStep"] = (_call, signal) =>
  new Promise((resolve) => {
    const error = { code: "ABORTED", message: "The request was cancelled.", retryable: false };
    signal.addEventListener("abort", () => resolve({ kind: "failed", error }));
  });

function perform(performStep: PerformDeps["performStep"], more: Partial<InvokeEffect> = {}, runTimeoutMs?: number) {
  const logged: string[] = [];
  const stop = new AbortController();
  const answer = performCall({ originRunId: "run", invoke: { ...invoke, ...more } }, stop.signal, {
    performStep,
    nowMs: () => 5,
    chance: () => 0.5,
    log: { error: (message) => void logged.push(message) },
    ...(runTimeoutMs !== undefined && { runTimeoutMs }),
  });
  return { answer, stop, logged };
}

describe("a call", () => {
  test("carries the key of its place in the run, and answers with what the step gave", async () => {
    const keys: string[] = [];
    const { answer } = perform(async ({ idempotencyKey }): Promise<StepResult> => {
      keys.push(idempotencyKey);
      return { kind: "succeeded", output: 7 };
    });
    expect(await answer).toMatchObject({ kind: "stepSucceeded", stepKey: "price", output: 7, startedAtMs: 5 });
    expect(keys).toEqual(["run:price:0:1"]);
  });

  test.each([["listens", obedient] as const, ["does not listen", silent] as const])(
    "that takes too long fails with TIMEOUT, whether its step %s or not",
    async (_name, performStep) => {
      const { answer } = perform(performStep, { timeoutMs: 20 });
      expect(await answer).toMatchObject({ kind: "stepFailed", error: { code: "TIMEOUT", retryable: true } });
    },
  );

  test("that may take longer than timers count is not over at once", async () => {
    const { answer, stop } = perform(silent, { timeoutMs: 30 * 86_400_000 });
    expect(await Promise.race([answer, Bun.sleep(20).then(() => "waiting")])).toBe("waiting");
    stop.abort();
    await answer;
  });

  test.each([undefined, 10_000])(
    "that is stopped fails with ABORTED (the run's own time: %p)",
    async (runTimeoutMs) => {
      const { answer, stop } = perform(silent, {}, runTimeoutMs);
      stop.abort();
      expect(await answer).toMatchObject({ kind: "stepFailed", error: { code: "ABORTED", retryable: false } });
    },
  );

  test("that is stopped and cannot be told apart from one that got through is unknown", async () => {
    const { answer, stop } = perform(silent, { effect: "unkeyed" });
    stop.abort();
    expect(await answer).toMatchObject({ kind: "stepUnknown", stepKey: "price", attempt: 1 });
  });

  test("whose step throws fails with STEP_CRASHED; the cause is logged and not told", async () => {
    const { answer, logged } = perform(async () => {
      throw new Error("a secret");
    });
    expect(await answer).toMatchObject({ kind: "stepFailed", error: { code: "STEP_CRASHED" } });
    expect(JSON.stringify(await answer)).not.toContain("secret");
    expect(logged).toEqual(["A step crashed."]);
  });

  test("through a connection that is not there is not made", async () => {
    const { answer } = perform(() => Promise.reject(new Error("made")), { connection: "shop" });
    expect(await answer).toMatchObject({ kind: "stepFailed", error: { code: "CONNECTION_MISSING" } });
  });
});

import { describe, expect, test } from "bun:test";
import type { Egress } from "@dap/connector";
import { createLogger } from "@dap/platform/log";
import { performInvoke } from "./perform";

const invoke = {
  kind: "invoke",
  stepKey: "price",
  stepId: "price",
  attempt: 1,
  use: "http.request",
  input: { method: "GET", url: "https://example.com/" },
  inputHash: "0",
  effect: "read",
  policy: "retry",
  timeoutMs: 20,
  generation: 0,
  n: 1,
  started: false,
} as const;

/** A receiver that never answers; the client gives up when it is told to. */
const silent: Egress = {
  request: ({ signal }) =>
    new Promise((resolve) => {
      const error = { code: "ABORTED", message: "The request was cancelled.", retryable: false };
      signal?.addEventListener("abort", () => resolve({ kind: "failed", error }));
    }),
  close: () => {},
};

describe("a read beside the caller", () => {
  test("that takes too long fails as at a worker: TIMEOUT, and not as if somebody had stopped it", async () => {
    const event = await performInvoke(invoke, "run", new AbortController().signal, {
      egress: silent,
      nowMs: Date.now,
      chance: () => 0,
      randomUuid: () => "",
      log: createLogger({ service: "test", write: () => {} }),
    });
    expect(event).toMatchObject({ kind: "stepFailed", error: { code: "TIMEOUT", retryable: true } });
  });
});

import type { RetryOptions, StepError } from "@dap/contract";

/** When to try again. The document's parser has ensured the single ranges; `toRetryPolicy` ensures delayMsMin ≤ delayMsMax. */
export type RetryPolicy = {
  readonly attemptsMax: number;
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly factor: number;
};

/** The policy of a step with `retry`; what is left out: 3 attempts, 1 s to 60 s, factor 2. */
export function toRetryPolicy(options: RetryOptions): RetryPolicy {
  const delayMsMin = options.delayMsMin ?? Math.min(1_000, options.delayMsMax ?? 1_000);
  return {
    attemptsMax: options.attemptsMax ?? 3,
    delayMsMin,
    delayMsMax: Math.max(delayMsMin, options.delayMsMax ?? 60_000),
    factor: options.factor ?? 2,
  };
}

/** Milliseconds to wait after `failures` (≥ 1) failed attempts: exponential, capped, spread over its upper half. */
export function retryDelayMs(policy: RetryPolicy, failures: number, chance: number): number {
  const delayMs = Math.min(policy.delayMsMax, policy.delayMsMin * policy.factor ** (failures - 1));
  return Math.round(delayMs * (0.5 + chance / 2));
}

/** The receiver's own word about when to come back, within the policy's longest delay. */
export function askedDelayMs(policy: RetryPolicy, error: StepError): number {
  const details = error.details;
  if (typeof details !== "object" || details === null || !("retryAfterMs" in details)) return 0;
  const asked = details.retryAfterMs;
  return typeof asked === "number" && asked > 0 ? Math.min(asked, policy.delayMsMax) : 0;
}

/**
 * Whether the receiver may have acted although the call failed. The next attempt then repeats the same key, and a step
 * that must not be repeated is not tried again. `details.sent: false` is a connector's word that nothing went out.
 */
export function isUnknownOutcome({ code, details }: StepError): boolean {
  const wasKept = typeof details === "object" && details !== null && "sent" in details && details.sent === false;
  return unknownCodes.has(code) && !wasKept;
}

/** Failures without an answer. A status, whatever it says, is an answer. */
const unknownCodes: ReadonlySet<string> = new Set([
  "TIMEOUT",
  "CONNECTION_LOST",
  "BAD_RESPONSE",
  "BODY_TOO_SLOW",
  "ABORTED",
]);

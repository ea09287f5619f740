import { type Json, type StepError, StepFault } from "@dap/contract";
import type { Egress } from "../egress/type";

/** A connection, opened for one step: what its connector needs to authenticate. Nothing of it is ever recorded. */
export type ResolvedConnection = {
  readonly id: string;
  readonly kind: string;
  /** Hosts that may be sent the secrets. */
  readonly hosts: readonly string[];
  readonly values: Readonly<Record<string, string>>;
};

/** One effect to perform. `idempotencyKey` is the same for every try of it. */
export type StepCall = {
  readonly use: string;
  readonly input: Json;
  readonly idempotencyKey: string;
  readonly connection?: ResolvedConnection;
};

/** What an effect may reach: clock, chance and network are given, never taken. */
export type StepDeps = {
  readonly egress: Egress;
  readonly nowMs: () => number;
  readonly randomUuid: () => string;
  readonly signal: AbortSignal;
};

export type StepContext = StepDeps & Pick<StepCall, "idempotencyKey" | "connection">;

export type StepResult =
  | { readonly kind: "succeeded"; readonly output: Json }
  | { readonly kind: "failed"; readonly error: StepError };

export const succeeded = (output: Json): StepResult => ({ kind: "succeeded", output });
export const failed = (error: StepError): StepResult => ({ kind: "failed", error });

/** Turns what was thrown into a step's error. An unforeseen error says nothing of its cause, which may hold a secret. */
export const failedWith = (thrown: unknown): StepResult =>
  thrown instanceof StepFault
    ? failed({
        code: thrown.code,
        message: thrown.message,
        retryable: false,
        ...(thrown.details !== undefined && { details: thrown.details }),
      })
    : failed({
        code: "STEP_CRASHED",
        message: "The step failed for a reason that was not foreseen.",
        retryable: false,
      });

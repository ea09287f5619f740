import type { Json, JsonObject } from "./json";
import type { StepError } from "./problem";

/**
 * What happened in a run, as it is stored for ever. Stored events keep their meaning: a new meaning is a new kind.
 *
 * A history holds two sorts. *Inputs* (the world's answers: `accepted`, `step*`, `timerFired`, `eventReceived`,
 * `approvalDecided`, `cancelRequested`, `deadlinePassed`) drive the engine. *Records* (`decided`, `responded`, `ended`) are what the engine said in return:
 * they are committed with the input that caused them and compared when the history is folded again, so that a change of
 * meaning shows as `diverged` instead of a silently different run.
 *
 * `stepKey` is the step's id followed by its loop path, e.g. `tell/3` or `tell/3/0`. `attempt` counts from 1.
 * `atMs` is Unix time in milliseconds by the recorder's clock; `chance` is uniform in [0, 1).
 */
export type RunEvent = InputEvent | RecordEvent;

export type InputEvent =
  | AcceptedEvent
  | { readonly kind: "stepStarted"; readonly stepKey: string; readonly attempt: number; readonly atMs: number }
  | {
      readonly kind: "stepSucceeded";
      readonly stepKey: string;
      readonly attempt: number;
      readonly output: Json;
      readonly inputHash: string;
      readonly startedAtMs: number;
      readonly atMs: number;
    }
  | {
      readonly kind: "stepFailed";
      readonly stepKey: string;
      readonly attempt: number;
      readonly error: StepError;
      readonly inputHash: string;
      readonly startedAtMs: number;
      readonly atMs: number;
      readonly chance: number;
    }
  /** An effect that must not be repeated was sent, and nobody can tell what became of it. */
  | { readonly kind: "stepUnknown"; readonly stepKey: string; readonly attempt: number; readonly atMs: number }
  | {
      readonly kind: "timerFired";
      readonly stepKey: string;
      readonly purpose: TimerPurpose;
      readonly attempt: number;
      readonly atMs: number;
    }
  /** Somebody called the step's resume URL; at most once a step key. It may come before the run reaches the wait. */
  | { readonly kind: "eventReceived"; readonly stepKey: string; readonly body: Json; readonly atMs: number }
  /** Somebody answered an approval. `by` is an address or the name of an API key, `byId` the account or the key. */
  | {
      readonly kind: "approvalDecided";
      readonly stepKey: string;
      readonly by: string;
      readonly byId: string;
      readonly decision: "approve" | "reject";
      readonly note: string;
      readonly atMs: number;
    }
  | { readonly kind: "cancelRequested"; readonly force: boolean; readonly by: string; readonly atMs: number }
  | { readonly kind: "deadlinePassed"; readonly atMs: number };

/** The first event of every run: all that the run may depend on besides the answers it gets later. */
export type AcceptedEvent = {
  readonly kind: "accepted";
  readonly atMs: number;
  readonly runId: string;
  readonly teamId: string;
  readonly workflow: { readonly id: string; readonly name: string; readonly version: number };
  readonly semantics: number;
  readonly triggerKind: TriggerKind;
  readonly trigger: JsonObject;
  readonly vars: JsonObject;
  /** Base of the links that the run gives out, frozen so that a replay gives the same ones. */
  readonly publicUrl?: string;
};

export type RecordEvent =
  | { readonly kind: "decided"; readonly stepKey: string; readonly choice: string }
  | { readonly kind: "responded"; readonly stepKey: string; readonly response: RunResponse }
  | { readonly kind: "ended"; readonly outcome: RunOutcome; readonly atMs: number };

/** `expiry` and `approval` end a wait that somebody else may answer: of the two, the first wins. */
export type TimerPurpose = "retry" | "wait" | "timeout" | "expiry" | "approval";

export const triggerKinds = [
  "webhook",
  "schedule",
  "poll",
  "app",
  "form",
  "manual",
  "call",
  "error",
  "email",
  "queue",
] as const;
export type TriggerKind = (typeof triggerKinds)[number];

/** What a waiting caller is answered before or at the end of the run. `status` is 200-599. */
export type RunResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
};

/** How a run ended. Written once; it never changes. `stepKey` is the step whose error ended the run, where there is one. */
export type RunOutcome =
  | { readonly status: "succeeded"; readonly output: Json }
  | { readonly status: "failed"; readonly error: StepError; readonly stepKey?: string }
  | { readonly status: "cancelled" }
  | { readonly status: "diverged"; readonly error: StepError };

/** A stored event with its place in the run: `seq` counts from 1 without a gap. */
export type StoredEvent = { readonly seq: number; readonly event: RunEvent };

export const isInput = (event: RunEvent): event is InputEvent =>
  event.kind !== "decided" && event.kind !== "responded" && event.kind !== "ended";

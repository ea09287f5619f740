import type {
  EffectClass,
  Json,
  RecordEvent,
  RunOutcome,
  RunResponse,
  TimerPurpose,
  UnknownPolicy,
} from "@dap/contract";
import type { RunState } from "./state";

/** A call to be made by the shell. Its key is `originRunId:stepKey:generation:n`, the same until a definitive answer. */
export type InvokeEffect = {
  readonly kind: "invoke";
  readonly stepKey: string;
  readonly stepId: string;
  /** From 1; rises with every call, so that a late answer is told from the one waited for. */
  readonly attempt: number;
  readonly use: string;
  readonly connection?: string;
  readonly input: Json;
  /** 16 hexadecimal characters; goes into the result's event, where a replay compares it. */
  readonly inputHash: string;
  readonly effect: EffectClass;
  readonly policy: UnknownPolicy;
  /** How long one attempt may take; the shell answers `stepFailed` with `TIMEOUT` past it. */
  readonly timeoutMs: number;
  readonly generation: number;
  /** From 1; rises only after a definitive answer. */
  readonly n: number;
  /** Only in `outstanding`: a `stepStarted` of this attempt is in the history. */
  readonly started: boolean;
};

/** A timer to be kept: `timerFired` with the same key, purpose and attempt is due at `dueAtMs` (Unix milliseconds). */
export type WakeEffect = {
  readonly kind: "wake";
  readonly stepKey: string;
  readonly purpose: TimerPurpose;
  readonly attempt: number;
  readonly dueAtMs: number;
};

/**
 * A call nobody needs any more. The run still waits for its answer: the shell stops the call and reports what came of it,
 * and `stepUnknown` when it is not making that call (it was lost with another worker).
 */
export type AbortEffect = { readonly kind: "abort"; readonly stepKey: string; readonly attempt: number };

/** Work that the engine asks of its shell, in order. Started only after the event that caused it is committed. */
export type Effect =
  | InvokeEffect
  | WakeEffect
  | AbortEffect
  | { readonly kind: "answer"; readonly response: RunResponse }
  | { readonly kind: "finish"; readonly outcome: RunOutcome };

/** `records` are committed right after the event that caused them. */
export type Advance = {
  readonly state: RunState;
  readonly effects: readonly Effect[];
  readonly records: readonly RecordEvent[];
};

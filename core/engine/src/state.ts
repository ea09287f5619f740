import type { AcceptedEvent, Json, RunOutcome, RunStatus, StepError } from "@dap/contract";

/**
 * Where a run stands. Plain JSON data, so that it can be kept as a snapshot; only the engine looks inside `live`.
 * It follows from the version and the events alone.
 */
export type RunState = {
  readonly status: RunStatus;
  /** Absent before the run is accepted. */
  readonly accepted?: AcceptedEvent;
  /** Outputs of the steps outside loops, by id. A step that was skipped has none. */
  readonly outputs: Outputs;
  /** What is going on, as a tree that mirrors the document; `null` when nothing is. */
  readonly live: Live | null;
  /** Budget used by pure work so far. */
  readonly spent: { readonly steps: number; readonly bytes: number };
  readonly responded: boolean;
  /** What outsiders told waits, by step key: a letter until its wait begins, `null` from then on. */
  readonly mail: Mail | null;
  /** Set once the run is being wound up: how it will end when all effects have an answer and `finally` has run. */
  readonly ending: RunOutcome | null;
  readonly outcome: RunOutcome | null;
};

export type Mail = { readonly [stepKey: string]: { readonly body: Json } | null };

export type Outputs = { readonly [stepId: string]: Json };

/** Why something ended otherwise than with an output. `aborted` goes past `catch` and `onError`; only `finally` sees it. */
export type Verdict =
  | { readonly kind: "done"; readonly value: Json | null; readonly missing: boolean }
  | { readonly kind: "failed"; readonly error: StepError; readonly stepKey: string }
  | { readonly kind: "returned"; readonly value: Json | null }
  | { readonly kind: "aborted" };

/** One place of the document that is not finished. Which shape belongs to which step is the plan's knowledge. */
export type Live =
  | CallLive
  | WaitLive
  | EventLive
  | ApprovalLive
  | { readonly kind: "list"; readonly at: number; readonly child: Live }
  | { readonly kind: "branch"; readonly at: number; readonly child: Live }
  | { readonly kind: "handled"; readonly inHandler: boolean; readonly error: ErrorInScope | null; readonly child: Live }
  | TimedLive
  | EachLive
  | WhileLive
  | GroupLive
  | TryLive;

/** An effect: its call is out (`running`), or the next one is due later (`retrying`). */
export type CallLive = {
  readonly kind: "call";
  readonly stepKey: string;
  readonly phase: "running" | "retrying";
  readonly attempt: number;
  /** Failures so far, against `attemptsMax`. */
  readonly failures: number;
  /** Number of the key: one more than the definitive answers so far. */
  readonly n: number;
  readonly started: boolean;
  readonly aborting: boolean;
  readonly input: Json;
  readonly inputHash: string;
  readonly dueAtMs: number;
};

export type WaitLive = { readonly kind: "wait"; readonly stepKey: string; readonly dueAtMs: number };

/** A wait for an outsider's word, until `dueAtMs` at the latest. */
export type EventLive = { readonly kind: "event"; readonly stepKey: string; readonly dueAtMs: number };

export type ApprovalLive = {
  readonly kind: "approval";
  readonly stepKey: string;
  readonly dueAtMs: number;
  /** In the order in which they were said; none of them has decided yet. */
  readonly decisions: readonly Decision[];
};

export type Decision = {
  readonly by: string;
  readonly decision: "approve" | "reject";
  readonly note: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
};

/** A control step with `timeoutMs`. */
export type TimedLive = {
  readonly kind: "timed";
  readonly stepKey: string;
  readonly dueAtMs: number;
  readonly ending: "timeout" | "abort" | null;
  readonly child: Live;
};

export type Round = { readonly index: number; readonly outputs: Outputs; readonly child: Live };

export type EachLive = {
  readonly kind: "each";
  readonly items: readonly Json[];
  /** The next item to start; those before it are done or among `rounds`. */
  readonly next: number;
  readonly results: readonly (Json | null)[];
  readonly rounds: readonly Round[];
  readonly ending: Verdict | null;
};

export type WhileLive = {
  readonly kind: "while";
  readonly round: Round;
  readonly last: Json | null;
};

export type Child = { readonly at: number; readonly child: Live };

/** A child that has ended by itself, in the order of ending. `missing`: without an output. */
export type Ended = {
  readonly at: number;
  readonly value: Json | null;
  readonly missing: boolean;
  readonly failed: boolean;
};

/** `parallel` and `graph`: children side by side, by position. */
export type GroupLive = {
  readonly kind: "group";
  readonly children: readonly Child[];
  readonly ended: readonly Ended[];
  /** How the step will come out once every child has ended; set when that is decided. */
  readonly ending: Verdict | null;
};

export type TryLive = {
  readonly kind: "try";
  readonly phase: "steps" | "catch" | "finally";
  /** In `catch`: what it sees as `error`. */
  readonly error: ErrorInScope | null;
  /** In `finally`: what the step comes to after it. */
  readonly pending: Verdict | null;
  readonly child: Live;
};

/** The value of `error` inside `catch`. */
export type ErrorInScope = { readonly code: string; readonly message: string; readonly stepKey: string };

/** A run nobody has accepted yet. */
export const unborn: RunState = {
  status: "queued",
  outputs: {},
  live: null,
  spent: { steps: 0, bytes: 0 },
  responded: false,
  mail: null,
  ending: null,
  outcome: null,
};

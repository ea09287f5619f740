import type {
  AcceptedEvent,
  Json,
  RunEvent,
  RunOutcome,
  RunStatus,
  StoredEvent,
  TimerPurpose,
  TriggerKind,
} from "@dap/contract";

/** A run to be accepted: its row, first event and dispatch are committed together. */
export type RunStart = {
  readonly accepted: AcceptedEvent;
  /** The caller's word that a repetition is the same call; unique per team and scope (`endpoint:<id>`, `api:<workflowId>`). */
  readonly idempotency?: { readonly scope: string; readonly key: string };
  readonly deadlineAtMs?: number;
  readonly retryOf?: string;
};

export type AcceptOutcome =
  | { readonly kind: "accepted"; readonly runId: string }
  /** An earlier call with the same key was accepted as this run. */
  | { readonly kind: "repeated"; readonly runId: string };

/** A run that was computed before it is written: the inline class. Its history is complete and ends with `ended`. */
export type RunRecord = {
  readonly start: RunStart;
  readonly events: readonly RunEvent[];
  readonly outcome: RunOutcome;
};

export type RecordOutcome =
  | { readonly kind: "recorded"; readonly runId: string }
  /** The loser of two calls with one key: the winner's outcome is the answer (`undefined` while the winner is still going). */
  | { readonly kind: "repeated"; readonly runId: string; readonly outcome: RunOutcome | undefined };

export type RunRow = {
  readonly id: string;
  readonly teamId: string;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly triggerKind: TriggerKind;
  readonly epoch: number;
  readonly lastSeq: number;
  readonly signalSeq: number;
  readonly createdAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly outcome: RunOutcome | undefined;
  readonly retryOf: string | undefined;
};

export type ClaimRequest = {
  readonly teamId: string;
  readonly runId: string;
  readonly dispatchId: string;
  /** The broker delivered this message before: whoever held the run with the same dispatch is gone. */
  readonly redelivered: boolean;
  readonly workerId: string;
  readonly leaseMs: number;
};

export type ClaimOutcome =
  | {
      readonly kind: "claimed";
      readonly run: RunRow;
      readonly events: readonly StoredEvent[];
      /** Signals not folded yet, oldest first; the owner turns them into events and commits `foldedSignalSeq`. */
      readonly signals: readonly StoredSignal[];
      /** Up to where signals were folded before. */
      readonly foldedSignalSeq: number;
      /** Claims since the last committed progress, this one included: more than one means that owners were lost. */
      readonly claims: number;
      /** Attempts started under suspicion since the last progress (`RunStore.countStart`). */
      readonly starts: number;
    }
  | { readonly kind: "refused"; readonly reason: "held" | "ended" | "stale" | "missing" };

/** What outsiders may tell a run. They only insert; the owner alone turns a signal into an event. */
export type Signal =
  | { readonly kind: "timerFired"; readonly stepKey: string; readonly purpose: TimerPurpose; readonly attempt: number }
  /** Written by `answerWait` alone, which lets one through. */
  | { readonly kind: "eventReceived"; readonly stepKey: string; readonly body: Json }
  /** Written by `decideApproval` alone. */
  | {
      readonly kind: "approvalDecided";
      readonly stepKey: string;
      readonly by: string;
      readonly byId: string;
      readonly decision: "approve" | "reject";
      readonly note: string;
    }
  | { readonly kind: "cancelRequested"; readonly force: boolean; readonly by: string }
  | { readonly kind: "deadlinePassed" };

/** A signal that ends the wait at a step key. */
export type WaitAnswer = Extract<Signal, { kind: "eventReceived" }>;
export type ApprovalDecision = Extract<Signal, { kind: "approvalDecided" }>;
export type OpenApproval = { readonly runId: string; readonly stepKey: string; readonly dueAtMs: number };
export type AnswerOutcome = "answered" | "taken" | "expired" | "ended" | "missing";

export type StoredSignal = { readonly signalSeq: number; readonly atMs: number; readonly signal: Signal };

export type TimerRequest = {
  readonly stepKey: string;
  readonly purpose: TimerPurpose;
  readonly attempt: number;
  readonly dueAtMs: number;
};

/** What one owner has to say about one run, written whole or not at all. */
export type RunCommit = {
  readonly teamId: string;
  readonly runId: string;
  readonly epoch: number;
  /** UUID by which an unknown COMMIT is read back. */
  readonly commitToken: string;
  /** `lastSeq` before this commit; the events get the numbers after it. */
  readonly afterSeq: number;
  readonly events: readonly RunEvent[];
  /** Results in `events`, for the ledger that allows one commit per (run, stepKey, generation). */
  readonly steps: readonly { readonly stepKey: string; readonly generation: number }[];
  readonly timers: readonly TimerRequest[];
  /** All signals up to and including this number are folded into `events`. */
  readonly foldedSignalSeq: number;
  readonly next:
    | { readonly kind: "hold"; readonly status: "running" | "cancelling" }
    /** Gives the lease up; refused as `signalled` when a signal came that was not folded. */
    | { readonly kind: "release"; readonly status: "waiting" | "cancelling" }
    | { readonly kind: "end"; readonly outcome: RunOutcome };
};

export type CommitOutcome =
  | { readonly kind: "kept" }
  | { readonly kind: "fenced" }
  /** Kept, but the run was not released: these signals are still to be folded. Also the answer to `hold` when some came. */
  | { readonly kind: "signalled"; readonly signals: readonly StoredSignal[] }
  /** The data cannot be stored (a NUL, a lone surrogate): nothing of this commit was written. */
  | { readonly kind: "unstorable"; readonly message: string };

/** Run state in Postgres. Every function is safe to call again after an unknown outcome. */
export type RunStore = {
  /**
   * One transaction for all; outcomes in the order of `starts`. Throws `RunDataError` when something in the batch cannot be
   * stored: `createBatcher` halves a batch then until its owner is found.
   */
  readonly acceptRuns: (starts: readonly RunStart[]) => Promise<readonly AcceptOutcome[]>;
  /** One transaction for all; outcomes in the order of `records`. */
  readonly recordRuns: (records: readonly RunRecord[]) => Promise<readonly RecordOutcome[]>;
  readonly claimRun: (request: ClaimRequest) => Promise<ClaimOutcome>;
  /** One transaction for all; outcomes in the order of `requests`. */
  readonly claimRuns: (requests: readonly ClaimRequest[]) => Promise<readonly ClaimOutcome[]>;
  /** One transaction for all, at most one commit per run; outcomes by run id. */
  readonly commitRuns: (commits: readonly RunCommit[]) => Promise<ReadonlyMap<string, CommitOutcome>>;
  /** Extends leases; gives the ids still owned. */
  readonly renewLeases: (
    workerId: string,
    runs: readonly { teamId: string; runId: string; epoch: number }[],
    leaseMs: number,
  ) => Promise<ReadonlySet<string>>;
  /**
   * Counts an attempt that is about to start in a run whose owners keep getting lost; gives how many were counted since the
   * last progress, `undefined` when the run is no longer owned.
   */
  readonly countStart: (run: { teamId: string; runId: string; epoch: number }) => Promise<number | undefined>;
  /** Signals that came after the given ones, of runs that their owner holds; runs without news are left out. */
  readonly findSignals: (
    runs: readonly { teamId: string; runId: string; foldedSignalSeq: number }[],
  ) => Promise<ReadonlyMap<string, readonly StoredSignal[]>>;
  /** Gives up leases at a drain without waiting for expiry; the runs are dispatched again. */
  readonly releaseLeases: (
    workerId: string,
    runs: readonly { teamId: string; runId: string; epoch: number }[],
  ) => Promise<void>;
  /** Inserts a signal and wakes the run with a new dispatch. `ended` when the run is over. */
  readonly signalRun: (teamId: string, runId: string, signal: Signal) => Promise<"signalled" | "ended" | "missing">;
  /**
   * Tells a wait what it waits for, as its one answer: `taken` when it has another one, `expired` when its timer was first.
   * The run need not have come to the wait yet.
   */
  readonly answerWait: (teamId: string, runId: string, answer: WaitAnswer) => Promise<AnswerOutcome>;
  /**
   * Tells an approval what somebody said; `needed` approvals, or one rejection, decide it. `repeated` when the same person
   * has answered before, `taken` when it is decided, `missing` when the run does not wait for it.
   */
  readonly decideApproval: (
    teamId: string,
    runId: string,
    decision: ApprovalDecision,
    needed: number,
  ) => Promise<AnswerOutcome | "repeated">;
  /** Approvals that nobody has decided, in the order of their runs, after the given place. */
  readonly listApprovals: (
    teamId: string,
    after: { readonly runId: string; readonly stepKey: string } | undefined,
    limit: number,
  ) => Promise<readonly OpenApproval[]>;
  readonly findRun: (teamId: string, runId: string) => Promise<RunRow | undefined>;
  readonly readEvents: (
    teamId: string,
    runId: string,
    afterSeq: number,
    limit: number,
  ) => Promise<readonly StoredEvent[]>;
  readonly listRuns: (
    teamId: string,
    filter: RunFilter,
  ) => Promise<{ readonly items: readonly RunRow[]; readonly nextCursor: string | undefined }>;
};

export type RunFilter = {
  readonly workflowId?: string;
  readonly status?: RunStatus;
  readonly cursor?: string;
  /** 1 to 200. */
  readonly limit: number;
};

/** Cross-team work of the relay and the sweeper, on the system role. */
export type RunMaintenance = {
  /** Runs whose dispatch is due and unsent, taken under a short claim so that several relays share the work. */
  readonly takeDispatches: (limit: number) => Promise<readonly { runId: string; teamId: string; dispatchId: string }[]>;
  /** How long ago the oldest dispatch that nobody took became due, in milliseconds; `undefined` when none waits. */
  readonly oldestDueMs: () => Promise<number | undefined>;
  readonly markDispatched: (dispatchIds: readonly { runId: string; dispatchId: string }[]) => Promise<void>;
  /** Fires due timers as signals; gives how many. */
  readonly fireTimers: (limit: number) => Promise<number>;
  /** Dispatches again runs whose lease expired or whose dispatch was sent long ago without a claim; signals passed deadlines. */
  readonly sweep: (limits: {
    readonly unclaimedMs: number;
  }) => Promise<{ readonly redispatched: number; readonly deadlines: number }>;
  /** Makes the partitions of this month and the next ones; gives how many were made. To be called daily. */
  readonly ensurePartitions: () => Promise<number>;
  /** A boot of the embedded platform voids all leases: whoever held them died with the process. */
  readonly voidLeases: () => Promise<number>;
};

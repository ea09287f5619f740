import type { AcceptedEvent, InputEvent, Json, RunEvent, RunOutcome, TimerPurpose } from "@dap/contract";
import type { Clock } from "./clock";

export type Signal =
  | { readonly kind: "timerFired"; readonly stepKey: string; readonly purpose: TimerPurpose; readonly attempt: number }
  | { readonly kind: "eventReceived"; readonly stepKey: string; readonly body: Json }
  | Omit<Extract<InputEvent, { kind: "approvalDecided" }>, "atMs">
  | { readonly kind: "cancelRequested"; readonly force: boolean; readonly by: string }
  | { readonly kind: "deadlinePassed" };

export type StoredSignal = { readonly signalSeq: number; readonly signal: Signal };

export type Commit = {
  readonly epoch: number;
  readonly token: string;
  readonly afterSeq: number;
  readonly events: readonly RunEvent[];
  readonly timers: readonly { stepKey: string; purpose: TimerPurpose; attempt: number; dueAtMs: number }[];
  readonly foldedSignalSeq: number;
  readonly next: { kind: "hold" } | { kind: "release" } | { kind: "end"; outcome: RunOutcome };
};

export type CommitAnswer =
  | { readonly kind: "kept" }
  | { readonly kind: "fenced" }
  | { readonly kind: "signalled"; readonly signals: readonly StoredSignal[] };

type Timer = { stepKey: string; purpose: TimerPurpose; attempt: number; dueAtMs: number; isFired: boolean };

/** The row of one run and all that hangs on it. */
export class StoredRun {
  readonly events: RunEvent[] = [];
  readonly signals: StoredSignal[] = [];
  readonly timers: Timer[] = [];
  readonly answers = new Map<string, CommitAnswer>();
  /** Who ended each wait, by step key: the first one. */
  readonly decisions = new Map<string, Map<string, string>>();
  readonly waitAnswers = new Map<string, "event" | "expiry">();
  epoch = 0;
  leaseUntilMs = 0;
  claimedDispatch = 0;
  dispatch = 0;
  dispatchSentAtMs: number | undefined;
  isDispatchClaimed = false;
  foldedSignalSeq = 0;
  outcome: RunOutcome | undefined;

  constructor(
    readonly id: string,
    accepted: AcceptedEvent,
    /** Whether the workflow has joins that stop what is not needed any more. */
    readonly hasRaces: boolean,
  ) {
    this.events.push(accepted);
    this.ring();
  }

  ring(): void {
    this.dispatch += 1;
    this.dispatchSentAtMs = undefined;
    this.isDispatchClaimed = false;
  }
}

/** Which of the store's rules are left out, to see whether the checks notice. */
export type StoreMutant = "noFence" | "sharedClaims" | "signalLost" | "acceptTwice" | "twoAnswers" | undefined;

const leaseMs = 2_500;

/** The run store in memory: each method is one transaction, with the same rules as the SQL one. */
export class MemoryStore {
  readonly runs = new Map<string, StoredRun>();
  private readonly byKey = new Map<string, string>();

  constructor(
    private readonly clock: Clock,
    private readonly mutant: StoreMutant,
    private readonly hasRaces: boolean,
    private readonly onCommit: (run: StoredRun, events: readonly RunEvent[]) => void,
    private readonly violate: (message: string) => void,
  ) {}

  accept(key: string, make: (id: string) => AcceptedEvent): string {
    const known = this.byKey.get(key);
    if (known !== undefined && this.mutant !== "acceptTwice") return known;
    const id = `run${this.runs.size + 1}`;
    const run = new StoredRun(id, make(id), this.hasRaces);
    this.runs.set(id, run);
    this.byKey.set(key, id);
    this.onCommit(run, run.events);
    return id;
  }

  claim(run: StoredRun, dispatch: number, redelivered: boolean) {
    if (run.outcome) return undefined;
    const isHeld = run.leaseUntilMs > this.clock.nowMs;
    const isMine = redelivered && run.claimedDispatch === dispatch;
    if (this.mutant !== "sharedClaims") {
      if (isHeld && !isMine) return undefined;
      if (!isHeld && dispatch !== run.dispatch && !isMine) return undefined;
      run.epoch += 1;
    }
    run.leaseUntilMs = this.clock.nowMs + leaseMs;
    run.claimedDispatch = dispatch;
    if (dispatch === run.dispatch) run.isDispatchClaimed = true;
    return { epoch: run.epoch, events: run.events.slice(), signals: this.open(run) };
  }

  commit(run: StoredRun, commit: Commit): CommitAnswer {
    if (commit.epoch !== run.epoch && this.mutant !== "noFence") return { kind: "fenced" };
    if (run.outcome) {
      if (this.mutant === undefined) return { kind: "fenced" };
      this.violate("I6: a commit after the end");
      return { kind: "fenced" };
    }
    if (commit.afterSeq !== run.events.length) {
      this.violate(`I5: ${run.id} commits after ${commit.afterSeq}, but ${run.events.length} events are there`);
      return { kind: "fenced" };
    }
    run.events.push(...commit.events);
    for (const timer of commit.timers) this.addTimer(run, timer);
    run.foldedSignalSeq = Math.max(run.foldedSignalSeq, commit.foldedSignalSeq);
    if (commit.events.length > 0) this.onCommit(run, commit.events);
    const answer = this.settle(run, commit);
    run.answers.set(commit.token, answer);
    return answer;
  }

  private settle(run: StoredRun, { next }: Commit): CommitAnswer {
    switch (next.kind) {
      case "hold":
        run.leaseUntilMs = this.clock.nowMs + leaseMs;
        return { kind: "kept" };
      case "end":
        run.outcome = next.outcome;
        run.leaseUntilMs = 0;
        return { kind: "kept" };
      case "release": {
        if (this.mutant === "signalLost") run.foldedSignalSeq = run.signals.length;
        const signals = this.open(run);
        run.leaseUntilMs = signals.length > 0 ? this.clock.nowMs + leaseMs : 0;
        return signals.length > 0 ? { kind: "signalled", signals } : { kind: "kept" };
      }
    }
  }

  /** What became of a commit whose answer was lost; `undefined`: it was not made. */
  readBack(run: StoredRun, token: string): CommitAnswer | undefined {
    return run.answers.get(token);
  }

  renew(run: StoredRun, epoch: number): readonly StoredSignal[] | undefined {
    if (run.outcome || run.epoch !== epoch) return undefined;
    run.leaseUntilMs = this.clock.nowMs + leaseMs;
    return this.open(run);
  }

  signal(run: StoredRun, signal: Signal): void {
    if (run.outcome) return;
    run.signals.push({ signalSeq: run.signals.length + 1, signal });
    run.ring();
  }

  /** An outsider's word for a wait: one transaction with its signal. False when the wait has an answer already. */
  answerWait(run: StoredRun, stepKey: string, body: Json): boolean {
    if (run.outcome || !this.isFirst(run, stepKey, "event")) return false;
    this.signal(run, { kind: "eventReceived", stepKey, body });
    return true;
  }

  /** One answer of a person to an approval; the one that decides is the wait's answer. */
  decide(run: StoredRun, stepKey: string, byId: string, decision: "approve" | "reject", needed: number): void {
    const said = run.decisions.get(stepKey) ?? new Map<string, string>();
    if (run.outcome || run.waitAnswers.has(stepKey) || said.has(byId)) return;
    said.set(byId, decision);
    run.decisions.set(stepKey, said);
    const approvals = [...said.values()].filter((one) => one === "approve").length;
    if ((decision === "reject" || approvals >= needed) && !this.isFirst(run, stepKey, "event")) return;
    this.signal(run, { kind: "approvalDecided", stepKey, by: byId, byId, decision, note: "" });
  }

  fire(run: StoredRun, { stepKey, purpose, attempt }: Timer): void {
    if ((purpose === "expiry" || purpose === "approval") && !this.isFirst(run, stepKey, "expiry")) return;
    this.signal(run, { kind: "timerFired", stepKey, purpose, attempt });
  }

  private isFirst(run: StoredRun, stepKey: string, by: "event" | "expiry"): boolean {
    if (run.waitAnswers.has(stepKey) && this.mutant !== "twoAnswers") return false;
    run.waitAnswers.set(stepKey, by);
    return true;
  }

  private open(run: StoredRun): StoredSignal[] {
    return run.signals.slice(run.foldedSignalSeq);
  }

  private addTimer(run: StoredRun, wanted: Omit<Timer, "isFired">): void {
    const { stepKey, purpose, attempt } = wanted;
    const isKnown = run.timers.some(
      (timer) => timer.stepKey === stepKey && timer.purpose === purpose && timer.attempt === attempt,
    );
    if (!isKnown) run.timers.push({ ...wanted, isFired: false });
  }
}

export const toEvent = (signal: Signal, atMs: number): InputEvent => ({ ...signal, atMs });

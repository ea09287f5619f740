import type { InputEvent, RealtimeMessage, RunOutcome, RunStatus } from "@dap/contract";
import type { InvokeEffect, Plan } from "@dap/engine";
import type { Logger } from "@dap/platform/log";
import type { Call, ClaimOutcome, CommitOutcome, RunCommit, RunStore, StoredSignal } from "@dap/run";
import { announceCommit, announceRun, statusAfter } from "./announce";
import type { Lane } from "./lane";
import { callKey, divergedCommit, openSession, type Session, type Turn, takeTurn, type Work } from "./session";
import { toEvent } from "./signal-event";
import { giveUpCalls, startsMax, suspiciousClaims } from "./suspicion";

export type Claimed = Extract<ClaimOutcome, { kind: "claimed" }>;

export type OwnerDeps = {
  readonly commit: (commit: RunCommit) => Promise<CommitOutcome>;
  readonly countStart: RunStore["countStart"];
  readonly perform: (call: Call, stop: AbortSignal) => Promise<InputEvent>;
  readonly publish: (messages: readonly RealtimeMessage[]) => void;
  /** Where runs under suspicion go one by one, so that the one that kills is told from its neighbours. */
  readonly lane: Lane;
  readonly nowMs: () => number;
  readonly chance: () => number;
  readonly newId: () => string;
  readonly log: Logger;
};

/** `done`: the run ended or waits. `fenced`: somebody else owns it. `stopped`: this owner was told to let go. */
export type OwnerEnd = "done" | "fenced" | "stopped";

/** Works a claimed run until it ends, waits, or belongs to somebody else. */
export class Owner {
  private inputs: InputEvent[] = [];
  private heardSignalSeq: number;
  private status: RunStatus;
  private readonly calls = new Map<string, AbortController>();
  private isStopped = false;
  private wake: () => void = () => {};
  private leaveLane: () => void = () => {};

  constructor(
    private readonly claimed: Claimed,
    private readonly plan: Plan | undefined,
    private readonly deps: OwnerDeps,
  ) {
    this.heardSignalSeq = claimed.foldedSignalSeq;
    this.status = claimed.run.status;
  }

  get foldedSignalSeq(): number {
    return this.heardSignalSeq;
  }

  /** Outsiders' words, also repeated ones: each counts once. */
  tell(signals: readonly StoredSignal[]): void {
    for (const signal of signals) {
      if (signal.signalSeq <= this.heardSignalSeq) continue;
      this.heardSignalSeq = signal.signalSeq;
      this.inputs.push(toEvent(signal));
    }
    this.wake();
  }

  /** Lets go at once: aborts every call and commits nothing more. */
  stop(): void {
    this.isStopped = true;
    for (const call of this.calls.values()) call.abort();
    this.wake();
  }

  /** Rejects only when the store did, past its patience. */
  async work(): Promise<OwnerEnd> {
    try {
      return await this.go();
    } finally {
      this.stop();
      this.leaveLane();
    }
  }

  private async go(): Promise<OwnerEnd> {
    const { claimed, plan, deps } = this;
    this.announceClaim();
    if (plan === undefined) return this.endAs(versionUnreadable);
    const opened = openSession(plan, claimed.events, claimed.foldedSignalSeq, deps.nowMs());
    if (opened.kind === "diverged") return this.endAs(opened.outcome);
    const work = await this.underSuspicion(opened.turn);
    if (work === undefined) return this.isStopped ? "stopped" : "fenced";
    this.tell(claimed.signals);
    return this.takeTurns(opened.session, { ...work, inputs: [...work.inputs, ...this.takeInputs()] });
  }

  private async takeTurns(session: Session, work: Work): Promise<OwnerEnd> {
    for (;;) {
      const turn = takeTurn(session, work, this.heardSignalSeq, this.deps.nowMs());
      const end = turn.commit === undefined ? undefined : await this.write(turn.commit);
      if (end !== undefined) return end;
      session = turn.session;
      this.follow(turn);
      if (this.inputs.length === 0 && !this.isStopped) await new Promise<void>((resolve) => (this.wake = resolve));
      if (this.isStopped) return "stopped";
      work = { effects: [], inputs: this.takeInputs() };
    }
  }

  private takeInputs(): InputEvent[] {
    const inputs = this.inputs;
    this.inputs = [];
    return inputs;
  }

  /** Writes a commit; gives how it ended when that was the last one. */
  private async write(commit: NonNullable<Turn["commit"]>): Promise<OwnerEnd | undefined> {
    if (this.isStopped) return "stopped";
    const { run } = this.claimed;
    const { id: runId, teamId, epoch } = run;
    const outcome = await this.deps.commit({ ...commit, teamId, runId, epoch, commitToken: this.deps.newId() });
    if (outcome.kind === "fenced") {
      this.deps.log.info("A commit was fenced: another worker owns the run.", { runId, epoch });
      return "fenced";
    }
    if (outcome.kind === "unstorable") {
      this.deps.log.error("A commit cannot be stored.", { runId, reason: outcome.message });
      return commit.next.kind === "end" && commit.next.outcome.status === "diverged"
        ? "stopped"
        : this.endAs(unstorable, commit);
    }
    this.deps.publish(announceCommit(run, this.status, commit));
    if (outcome.kind === "signalled") {
      this.tell(outcome.signals);
      return undefined;
    }
    this.status = statusAfter(commit.next);
    if (commit.events.length > 0) this.leaveLane();
    return commit.next.kind === "hold" ? undefined : "done";
  }

  /** Aborts and starts calls, now that their cause is on disk. */
  private follow({ abort, start }: Turn): void {
    for (const effect of abort) this.calls.get(callKey(effect))?.abort();
    for (const invoke of start) this.startCall(invoke);
  }

  private startCall(invoke: InvokeEffect): void {
    if (this.isStopped) return;
    const { id, retryOf } = this.claimed.run;
    const call = new AbortController();
    this.calls.set(callKey(invoke), call);
    void this.deps.perform({ originRunId: retryOf ?? id, invoke }, call.signal).then((answer) => {
      this.calls.delete(callKey(invoke));
      this.inputs.push(answer);
      this.wake();
    });
  }

  /** Counts starts of a run whose owners keep getting lost; `undefined` when it is no longer ours. */
  private async underSuspicion(work: Work): Promise<Work | undefined> {
    const { claimed, deps } = this;
    const hasCalls = work.effects.some(({ kind }) => kind === "invoke");
    if (claimed.claims < suspiciousClaims || !hasCalls) return work;
    if (claimed.starts >= startsMax) return giveUpCalls(work, deps.nowMs(), deps.chance());
    this.leaveLane = await deps.lane.enter();
    const { id: runId, teamId, epoch } = claimed.run;
    const starts = this.isStopped ? undefined : await deps.countStart({ teamId, runId, epoch });
    return starts === undefined ? undefined : work;
  }

  private endAs(outcome: RunOutcome, after?: NonNullable<Turn["commit"]>): Promise<OwnerEnd> {
    const { claimed, deps } = this;
    deps.log.error("A run cannot go on.", { runId: claimed.run.id, outcome });
    const lastSeq = after?.afterSeq ?? claimed.run.lastSeq;
    const commit = divergedCommit(lastSeq, claimed.run.signalSeq, outcome, deps.nowMs());
    return this.write(commit).then((end) => end ?? "stopped");
  }

  private announceClaim(): void {
    const { run, events } = this.claimed;
    const [first] = events;
    const messages: RealtimeMessage[] = [announceRun(run, run.status)];
    if (run.epoch === 1 && first !== undefined) {
      messages.push({ kind: "runEvent", runId: run.id, teamId: run.teamId, seq: 1, event: first.event });
    }
    this.deps.publish(messages);
  }
}

const versionUnreadable: RunOutcome = {
  status: "diverged",
  error: {
    code: "VERSION_UNREADABLE",
    message: "The version that the run is pinned to cannot be read by this release.",
    retryable: false,
  },
};
const unstorable: RunOutcome = {
  status: "diverged",
  error: { code: "UNSTORABLE", message: "What the run came to cannot be stored.", retryable: false },
};

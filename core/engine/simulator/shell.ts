import type { InputEvent, RecordEvent, RunOutcome } from "@dap/contract";
import type { advance as realAdvance } from "../src/advance";
import type { Effect, InvokeEffect, WakeEffect } from "../src/effect";
import { foldRun } from "../src/fold";
import type { Plan } from "../src/plan/plan";
import type { RunState } from "../src/state";
import { AnswerLost, type Ask, type Routine } from "./process";
import type { Random } from "./random";
import { type Commit, type CommitAnswer, type MemoryStore, type StoredRun, type StoredSignal, toEvent } from "./store";
import type { Answer, World } from "./world";

export type ShellMutant = "effectBeforeCommit" | "recordsFirst" | "startedAfterCall" | undefined;

export type ShellDeps = {
  readonly plan: Plan;
  readonly advance: typeof realAdvance;
  readonly store: MemoryStore;
  readonly world: World;
  readonly random: Random;
  readonly nowMs: () => number;
  readonly violate: (message: string) => void;
  readonly mutant: ShellMutant;
};

/** What comes into a session from the calls it made. */
export type Delivery = { readonly invoke: InvokeEffect; readonly startedAtMs: number; readonly answer: Answer };

/** A worker's session with one run, as core/compute keeps it: claim, fold, then commit before every act. */
export class Session {
  private readonly calls = new Map<string, { isAborted: boolean }>();
  private state: RunState | undefined;
  private epoch = 0;
  private seq = 0;
  private foldedSignalSeq = 0;
  private inputs: InputEvent[] = [];
  private toCall: InvokeEffect[] = [];
  private tokens = 0;
  /** From the fold, to go with the first commit: timers again, and what the run's acceptance said. */
  private opening: { records: readonly RecordEvent[]; effects: readonly Effect[] } = { records: [], effects: [] };

  constructor(
    private readonly deps: ShellDeps,
    private readonly run: StoredRun,
    private readonly name: string,
    private readonly deliver: (delivery: Delivery) => void,
  ) {}

  *work(dispatch: number, redelivered: boolean): Routine {
    const { store } = this.deps;
    const claim = (yield ask(() => store.claim(this.run, dispatch, redelivered))) as ReturnType<MemoryStore["claim"]>;
    if (claim === undefined || !this.takeOver(claim)) return;
    for (;;) {
      const answer = yield* this.turn();
      if (answer === "over") return;
      if (answer.kind === "signalled") this.take(answer.signals);
      else if (this.inputs.length === 0 && !(yield* this.listen())) return;
    }
  }

  private takeOver(claim: NonNullable<ReturnType<MemoryStore["claim"]>>): boolean {
    const { deps } = this;
    const folded = foldRun(deps.plan, claim.events);
    if (folded.kind === "diverged") {
      deps.violate(`I4: diverged at ${folded.atIndex}: expected ${folded.expected}, found ${folded.found}`);
      return false;
    }
    this.epoch = claim.epoch;
    this.seq = claim.events.length;
    this.state = folded.state;
    this.foldedSignalSeq = this.run.foldedSignalSeq;
    this.opening = { records: folded.records, effects: folded.outstanding };
    for (const effect of folded.outstanding) {
      if (effect.kind === "abort") this.inputs.push(this.unknown(effect.stepKey, effect.attempt));
      if (effect.kind !== "invoke") continue;
      const mustNotRepeat = effect.started && effect.effect === "unkeyed" && effect.policy === "atMostOnce";
      if (mustNotRepeat) this.inputs.push(this.unknown(effect.stepKey, effect.attempt));
      else this.toCall.push(effect);
    }
    this.take(claim.signals);
    return true;
  }

  private take(signals: readonly StoredSignal[]): void {
    for (const { signalSeq, signal } of signals) {
      if (signalSeq <= this.foldedSignalSeq) continue;
      this.foldedSignalSeq = signalSeq;
      this.inputs.push(toEvent(signal, this.deps.nowMs()));
    }
  }

  /** Folds what came in, commits it, and only then acts. */
  private *turn(): Generator<Ask, "over" | CommitAnswer, unknown> {
    const { deps } = this;
    const events: (InputEvent | RecordEvent)[] = [];
    const timers: WakeEffect[] = [];
    const aborts: { stepKey: string; attempt: number }[] = [];
    let outcome: RunOutcome | undefined;
    for (const effect of this.opening.effects) {
      if (effect.kind === "wake") timers.push(effect);
      else if (effect.kind === "finish") outcome = effect.outcome;
    }
    events.push(...this.opening.records);
    this.opening = { records: [], effects: [] };
    const feed = (input: InputEvent): void => {
      const { state, effects, records } = deps.advance(deps.plan, this.state, input);
      if (state === this.state && effects.length === 0 && records.length === 0) return;
      events.push(...(deps.mutant === "recordsFirst" ? [...records, input] : [input, ...records]));
      this.state = state;
      for (const effect of effects) {
        if (effect.kind === "invoke") this.toCall.push(effect);
        else if (effect.kind === "wake") timers.push(effect);
        else if (effect.kind === "abort") aborts.push(effect);
        else if (effect.kind === "finish") outcome = effect.outcome;
      }
    };
    for (const input of this.inputs.splice(0)) feed(input);
    const dropped = new Set(aborts.map(({ stepKey, attempt }) => `${stepKey} ${attempt}`));
    this.toCall = outcome ? [] : this.toCall.filter(({ stepKey, attempt }) => !dropped.has(`${stepKey} ${attempt}`));
    if (deps.mutant !== "startedAfterCall")
      for (const { stepKey, attempt, effect, started } of this.toCall)
        if (effect === "unkeyed" && !started) feed({ kind: "stepStarted", stepKey, attempt, atMs: deps.nowMs() });
    for (const { stepKey, attempt } of aborts) {
      const call = this.calls.get(`${stepKey} ${attempt}`);
      if (call) call.isAborted = true;
      else if (!outcome) this.inputs.push(this.unknown(stepKey, attempt));
    }
    const isBusy = this.calls.size > 0 || this.toCall.length > 0 || this.inputs.length > 0;
    const next: Commit["next"] = outcome ? { kind: "end", outcome } : isBusy ? { kind: "hold" } : { kind: "release" };
    if (deps.mutant === "effectBeforeCommit") this.startCalls();
    const answer = yield* this.commit({ events, timers, next });
    if (answer.kind === "fenced") return "over";
    this.startCalls();
    return next.kind === "hold" || answer.kind === "signalled" ? answer : "over";
  }

  private *commit(part: Pick<Commit, "events" | "timers" | "next">): Generator<Ask, CommitAnswer, unknown> {
    const { store } = this.deps;
    this.tokens += 1;
    const token = `${this.name}.${this.tokens}`;
    const { epoch, seq: afterSeq, foldedSignalSeq } = this;
    const whole: Commit = { ...part, epoch, token, afterSeq, foldedSignalSeq };
    for (;;) {
      try {
        const answer = (yield ask(() => store.commit(this.run, whole))) as CommitAnswer;
        this.seq += part.events.length;
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof AnswerLost)) throw thrown;
        const found = yield* this.readBack(token);
        if (found === undefined) continue;
        this.seq += part.events.length;
        return found;
      }
    }
  }

  private *readBack(token: string): Generator<Ask, CommitAnswer | undefined, unknown> {
    for (;;) {
      try {
        return (yield ask(() => this.deps.store.readBack(this.run, token))) as CommitAnswer | undefined;
      } catch (thrown) {
        if (!(thrown instanceof AnswerLost)) throw thrown;
      }
    }
  }

  /** Waits for answers; renews the lease, and hears of signals, when none come. False when the run is somebody else's. */
  private *listen(): Generator<Ask, boolean, unknown> {
    const messages = (yield { kind: "receive", timeoutMs: 400 }) as Delivery[];
    for (const { invoke, startedAtMs, answer } of messages) {
      const { stepKey, attempt, inputHash } = invoke;
      this.calls.delete(`${stepKey} ${attempt}`);
      const common = { stepKey, attempt, inputHash, startedAtMs, atMs: this.deps.nowMs() };
      this.inputs.push(
        answer.kind === "succeeded"
          ? { kind: "stepSucceeded", ...common, output: answer.output }
          : { kind: "stepFailed", ...common, error: answer.error, chance: this.deps.random.next() },
      );
    }
    if (messages.length > 0) return true;
    const signals = (yield ask(() => this.deps.store.renew(this.run, this.epoch))) as
      | readonly StoredSignal[]
      | undefined;
    if (signals === undefined) return false;
    this.take(signals);
    return true;
  }

  private startCalls(): void {
    const { deps } = this;
    for (const invoke of this.toCall.splice(0)) {
      const call = { isAborted: false };
      const startedAtMs = deps.nowMs();
      this.calls.set(`${invoke.stepKey} ${invoke.attempt}`, call);
      deps.world.perform(this.run.id, invoke, (answer) => {
        const isCut = call.isAborted && deps.random.chance(0.5);
        this.deliver({ invoke, startedAtMs, answer: isCut ? cutOff : answer });
      });
    }
  }

  private unknown(stepKey: string, attempt: number): InputEvent {
    return { kind: "stepUnknown", stepKey, attempt, atMs: this.deps.nowMs() };
  }
}

const ask = (apply: () => unknown): Ask => ({ kind: "store", apply });
const cutOff: Answer = { kind: "failed", error: { code: "ABORTED", message: "Stopped.", retryable: false } };

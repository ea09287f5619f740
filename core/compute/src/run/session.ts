/**
 * One claimed run, as its owner knows it. Pure: the world's answers come in as events, and what to commit and what to do
 * after the commit go out as values; the shell in `owner.ts` waits, writes and performs.
 */
import type { InputEvent, RunEvent, RunOutcome, StoredEvent } from "@dap/contract";
import {
  type AbortEffect,
  advance,
  type Effect,
  foldRun,
  type InvokeEffect,
  type Plan,
  type RunState,
} from "@dap/engine";
import type { RunCommit, TimerRequest } from "@dap/run";

export type Session = {
  readonly plan: Plan;
  readonly state: RunState;
  /** Number of the last committed event. */
  readonly lastSeq: number;
  readonly foldedSignalSeq: number;
  /** Records that go with the next commit: what the engine said to an event that others have committed. */
  readonly pending: readonly RunEvent[];
  /** Calls that are made or about to be made, by `callKey`. */
  readonly open: ReadonlyMap<string, InvokeEffect>;
};

/** What to write, and what to do once it is written. `commit` is absent when there is nothing that must be written first. */
export type Turn = {
  readonly session: Session;
  readonly commit: Omit<RunCommit, "teamId" | "runId" | "epoch" | "commitToken"> | undefined;
  readonly start: readonly InvokeEffect[];
  readonly abort: readonly AbortEffect[];
};

export type Opened =
  | { readonly kind: "opened"; readonly session: Session; readonly turn: Work }
  | { readonly kind: "diverged"; readonly outcome: RunOutcome };

/** What a claimed run has to do before anything new happens. */
export type Work = { readonly effects: readonly Effect[]; readonly inputs: readonly InputEvent[] };

export const callKey = ({ stepKey, attempt }: { readonly stepKey: string; readonly attempt: number }): string =>
  `${stepKey}#${attempt}`;

/**
 * Folds a claimed run. Whoever accepts a run commits `accepted` alone, so on the first claim the engine's records of it
 * are still to be written; they go with the first commit, and come out the same should this owner be lost before.
 */
export function openSession(
  plan: Plan,
  events: readonly StoredEvent[],
  foldedSignalSeq: number,
  nowMs: number,
): Opened {
  const [first] = events;
  const base = { plan, lastSeq: events.length, foldedSignalSeq, open: new Map() };
  if (first?.event.kind === "accepted" && events.length === 1) {
    const { state, effects, records } = advance(plan, undefined, first.event);
    return { kind: "opened", session: { ...base, state, pending: records }, turn: { effects, inputs: [] } };
  }
  const folded = foldRun(
    plan,
    events.map(({ event }) => event),
  );
  if (folded.kind === "diverged") return { kind: "diverged", outcome: divergedAs(folded) };
  const { state, outstanding } = folded;
  const lost = outstanding.filter((effect) => isLost(effect));
  const effects = outstanding.filter((effect) => !isLost(effect));
  const inputs = lost.map(
    ({ stepKey, attempt }): InputEvent => ({ kind: "stepUnknown", stepKey, attempt, atMs: nowMs }),
  );
  return { kind: "opened", session: { ...base, state, pending: [] }, turn: { effects, inputs } };
}

/** Calls whose fate nobody can tell: sent by a lost owner and not to be repeated, or no longer wanted. */
const isLost = (effect: Effect): effect is InvokeEffect | AbortEffect =>
  effect.kind === "abort" || (effect.kind === "invoke" && effect.started && effect.policy === "atMostOnce");

const divergedAs = ({
  atIndex,
  expected,
  found,
}: {
  atIndex: number;
  expected: string;
  found: string;
}): RunOutcome => ({
  status: "diverged",
  error: {
    code: "DIVERGED",
    message: `Event ${atIndex + 1} of the history is not what this release makes of the version.`,
    retryable: false,
    details: { expected: expected.slice(0, 1000), found: found.slice(0, 1000) },
  },
});

/** Collects what one turn brings forth. */
class Collector {
  readonly events: RunEvent[];
  readonly steps: { stepKey: string; generation: number }[] = [];
  readonly timers: TimerRequest[] = [];
  readonly start = new Map<string, InvokeEffect>();
  readonly abort: AbortEffect[] = [];
  readonly open: Map<string, InvokeEffect>;
  outcome: RunOutcome | undefined;
  /** Something happened that must be on disk before anything else does. */
  isDue = false;

  constructor(
    readonly plan: Plan,
    public state: RunState,
    session: Session,
    readonly nowMs: number,
  ) {
    this.events = [...session.pending];
    this.open = new Map(session.open);
  }

  /** An event that changes nothing (late, repeated) is not written down. */
  feed(event: InputEvent): void {
    const { state, effects, records } = advance(this.plan, this.state, event);
    if (state === this.state && effects.length === 0 && records.length === 0) return;
    if (event.kind === "stepSucceeded" || event.kind === "stepFailed") this.note(event, effects);
    this.state = state;
    this.events.push(event, ...records);
    this.isDue = true;
    this.follow(effects);
  }

  /** A result counts once; a failure that is tried again is none yet. */
  private note(event: { kind: string; stepKey: string; attempt: number }, effects: readonly Effect[]): void {
    const isRetried = effects.some((effect) => "stepKey" in effect && effect.stepKey === event.stepKey);
    const call = this.open.get(callKey(event));
    if (call !== undefined && !isRetried) this.steps.push({ stepKey: event.stepKey, generation: call.generation });
  }

  follow(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "invoke":
          this.invoke(effect);
          break;
        case "wake": {
          const { stepKey, purpose, attempt, dueAtMs } = effect;
          this.timers.push({ stepKey, purpose, attempt, dueAtMs });
          this.isDue = true;
          break;
        }
        case "abort":
          this.stop(effect);
          break;
        case "finish":
          this.outcome = effect.outcome;
          this.isDue = true;
          break;
        case "answer":
          break; // Its record is in the commit, where the waiting caller sees it.
      }
    }
  }

  private invoke(effect: InvokeEffect): void {
    const { stepKey, attempt } = effect;
    this.open.set(callKey(effect), effect);
    this.start.set(callKey(effect), effect);
    if (effect.effect === "unkeyed" && !effect.started) {
      this.feed({ kind: "stepStarted", stepKey, attempt, atMs: this.nowMs });
    }
  }

  /** A call of this very turn is not made at all; its answer is that nothing was done. */
  private stop(effect: AbortEffect): void {
    const key = callKey(effect);
    if (!this.start.has(key)) {
      this.abort.push(effect);
      return;
    }
    const call = this.start.get(key);
    this.start.delete(key);
    if (call !== undefined) this.feed(notMade(call, this.nowMs));
    this.open.delete(key);
  }
}

const notMade = ({ stepKey, attempt, inputHash }: InvokeEffect, atMs: number): InputEvent => ({
  kind: "stepFailed",
  stepKey,
  attempt,
  error: { code: "ABORTED", message: "The step was stopped before it began.", retryable: false },
  inputHash,
  startedAtMs: atMs,
  atMs,
  chance: 0,
});

/**
 * One turn: the effects that are open anew, then the inputs in their order, then one commit for all of it. `folded` is up
 * to where signals are among the inputs. The answers of calls take them off `open`.
 */
export function takeTurn(session: Session, { effects, inputs }: Work, foldedSignalSeq: number, nowMs: number): Turn {
  const turn = new Collector(session.plan, session.state, session, nowMs);
  turn.follow(effects);
  for (const input of inputs) {
    turn.feed(input);
    if (isAnswer(input)) turn.open.delete(callKey(input));
  }
  const isOver = turn.outcome !== undefined;
  const isIdle = !isOver && turn.open.size === 0;
  const mustCommit = turn.isDue || isIdle || foldedSignalSeq > session.foldedSignalSeq;
  const next: Session = {
    ...session,
    state: turn.state,
    open: turn.open,
    foldedSignalSeq,
    lastSeq: mustCommit ? session.lastSeq + turn.events.length : session.lastSeq,
    pending: mustCommit ? [] : turn.events,
  };
  const commit = {
    afterSeq: session.lastSeq,
    events: turn.events,
    steps: turn.steps,
    timers: isOver ? [] : turn.timers,
    foldedSignalSeq,
    next: whatNext(turn, isIdle),
  };
  const start = isOver ? [] : [...turn.start.values()];
  return { session: next, commit: mustCommit ? commit : undefined, start, abort: turn.abort };
}

const isAnswer = (
  event: InputEvent,
): event is Extract<InputEvent, { kind: "stepSucceeded" | "stepFailed" | "stepUnknown" }> =>
  event.kind === "stepSucceeded" || event.kind === "stepFailed" || event.kind === "stepUnknown";

function whatNext(turn: Collector, isIdle: boolean): RunCommit["next"] {
  if (turn.outcome !== undefined) return { kind: "end", outcome: turn.outcome };
  const isCancelling = turn.state.status === "cancelling";
  if (isIdle) return { kind: "release", status: isCancelling ? "cancelling" : "waiting" };
  return { kind: "hold", status: isCancelling ? "cancelling" : "running" };
}

/** The commit that stops a run which this release cannot go on with. */
export const divergedCommit = (
  lastSeq: number,
  foldedSignalSeq: number,
  outcome: RunOutcome,
  atMs: number,
): NonNullable<Turn["commit"]> => ({
  afterSeq: lastSeq,
  events: [{ kind: "ended", outcome, atMs }],
  steps: [],
  timers: [],
  foldedSignalSeq,
  next: { kind: "end", outcome },
});

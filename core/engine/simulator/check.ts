import type { InputEvent, RunEvent, StepError } from "@dap/contract";
import { isInput } from "@dap/contract";
import type { advance as realAdvance } from "../src/advance";
import { canonicalJson } from "../src/canonical";
import { foldRun } from "../src/fold";
import { callsOf } from "../src/leaf";
import type { Plan } from "../src/plan/plan";
import { isUnknownOutcome } from "../src/retry";
import type { RunState } from "../src/state";
import { isReadable, readWorkflow } from "./reference";
import type { StoredRun } from "./store";
import type { World } from "./world";

type Violate = (message: string) => void;

/** Follows what is committed, run by run, and knows which calls the history asks for. */
export class Witness {
  private readonly states = new Map<string, RunState | undefined>();
  private readonly asked = new Set<string>();

  constructor(
    private readonly plan: Plan,
    private readonly advance: typeof realAdvance,
    private readonly violate: Violate,
  ) {}

  commit(run: StoredRun, events: readonly RunEvent[]): void {
    for (const event of events.filter(isInput)) {
      const { state, effects } = this.advance(this.plan, this.states.get(run.id), event);
      this.states.set(run.id, state);
      for (const effect of effects) {
        if (effect.kind !== "invoke") continue;
        const call = `${run.id} ${effect.stepKey} ${effect.attempt}`;
        if (this.asked.has(call)) this.violate(`I3: the attempt ${call} is asked for twice`);
        this.asked.add(call);
      }
    }
  }

  stateOf(runId: string): RunState | undefined {
    return this.states.get(runId);
  }

  /** Whether a call that is being made follows from committed events. */
  isAsked(runId: string, stepKey: string, attempt: number): boolean {
    return this.asked.has(`${runId} ${stepKey} ${attempt}`);
  }
}

/** The invariants of architecture.md section 3, on one run that should be over. */
export function checkRun(plan: Plan, run: StoredRun, violate: Violate): void {
  if (run.outcome === undefined) violate(`I2: ${run.id} does not end`);
  checkWaits(run, violate);
  const folded = foldRun(plan, run.events);
  if (folded.kind === "diverged")
    violate(`I4: ${run.id} diverged at ${folded.atIndex}: expected ${folded.expected}, found ${folded.found}`);
  else if (canonicalJson(toJson(folded.state.outcome ?? null)) !== canonicalJson(toJson(run.outcome ?? null)))
    violate(`I5: ${run.id} folds to another outcome than its row`);
  else if (run.outcome && isReadable(plan.document, run.events)) checkReading(plan, run, folded.state, violate);
  if (folded.kind === "folded" && run.outcome && callsOf(folded.state.live).length > 0)
    violate(`I2: ${run.id} ended with calls open`);
  checkEnd(run, violate);
  checkAnswers(plan, run, violate);
}

/**
 * Control flow, read a second time by other code. A call that was stopped beside a failure may still have answered: the
 * reader takes that for an output, which the engine rightly has not.
 */
function checkReading(plan: Plan, run: StoredRun, state: RunState, violate: Violate): void {
  const reading = readWorkflow(plan.document, run.events);
  if (reading.status !== run.outcome?.status) {
    violate(`I4: ${run.id} is read as ${reading.status} and came out as ${run.outcome?.status}`);
    return;
  }
  if (reading.status === "failed") return;
  const hasFailure = run.events.some((event) => event.kind === "stepFailed" || event.kind === "stepUnknown");
  for (const id of new Set([...Object.keys(reading.outputs), ...Object.keys(state.outputs)])) {
    const [read, found] = [reading.outputs[id], state.outputs[id]];
    if (found === undefined && hasFailure) continue;
    if (canonicalJson(read ?? null) !== canonicalJson(found ?? null) || (read === undefined) !== (found === undefined))
      violate(`I4: ${run.id} has ${JSON.stringify(found)} for ${id}, which is read as ${JSON.stringify(read)}`);
  }
}

const toJson = (value: object | null) => JSON.parse(JSON.stringify(value));

function checkEnd(run: StoredRun, violate: Violate): void {
  const ends = run.events.filter((event) => event.kind === "ended").length;
  if (run.outcome && (ends !== 1 || run.events.at(-1)?.kind !== "ended"))
    violate(`I6: ${run.id} goes on after its end`);
}

/** Rules on the answers of each step that hold whatever the engine thinks of them. */
function checkAnswers(plan: Plan, run: StoredRun, violate: Violate): void {
  const byStep = new Map<string, InputEvent[]>();
  for (const event of run.events) {
    if (event.kind !== "stepSucceeded" && event.kind !== "stepFailed" && event.kind !== "stepUnknown") continue;
    const list = byStep.get(event.stepKey);
    if (list) list.push(event);
    else byStep.set(event.stepKey, [event]);
  }
  for (const [stepKey, answers] of byStep) {
    const numbers = answers.map((event) => ("attempt" in event ? event.attempt : 0));
    if (numbers.some((number, at) => number !== at + 1))
      violate(`I3: ${run.id} ${stepKey} has the answers of attempts ${numbers.join(", ")}`);
    const last = answers.at(-1);
    const step = plan.steps.get(stepKey.split("/")[0] ?? "");
    const failures = answers.filter((event) => event.kind === "stepFailed").length;
    if (last?.kind !== "stepFailed" || !mayBeRetried(last.error) || run.outcome?.status !== "succeeded") continue;
    if (isUnknownOutcome(last.error) && step?.policy === "atMostOnce") continue;
    const wanted = step?.retry?.attemptsMax ?? 1;
    if (failures < wanted && !wasStopped(run))
      violate(`retry: ${run.id} ${stepKey} gives up after ${failures} of ${wanted} attempts`);
  }
}

const mayBeRetried = (error: StepError): boolean => error.retryable && error.code !== "ABORTED";

/** A retry that was due may be dropped with all around it, by a lost race or a timeout, which leaves no trace of its own. */
const wasStopped = (run: StoredRun): boolean =>
  run.events.some((event) => event.kind === "timerFired" && event.purpose === "timeout") || run.hasRaces;

/** What providers saw: one key for each answer that was definitive, and nothing twice that must not be. */
export function checkWorld(world: World, runs: ReadonlyMap<string, StoredRun>, violate: Violate): void {
  const inputs = new Map<string, string>();
  for (const { runId, invoke, key } of world.calls) {
    const known = inputs.get(key);
    if (known !== undefined && known !== invoke.inputHash) violate(`I7: the key ${key} was used with two inputs`);
    inputs.set(key, invoke.inputHash);
    const events = runs.get(runId)?.events ?? [];
    const definitive = events.filter(
      (event) => event.kind === "stepFailed" && event.stepKey === invoke.stepKey && !isUnknownOutcome(event.error),
    ).length;
    if (invoke.n > definitive + 1) violate(`I7: ${key} is a new key without a definitive answer to the one before`);
    if (invoke.effect === "unkeyed" && invoke.policy === "atMostOnce") checkOnce(world, key, violate);
  }
}

function checkOnce(world: World, key: string, violate: Violate): void {
  const calls = world.calls.filter((call) => call.key === key).length;
  if (calls > 1) violate(`I7: ${key} must not be repeated and was called ${calls} times`);
}

/** Each wait was ended by whoever came first, and by nobody else. */
function checkWaits(run: StoredRun, violate: Violate): void {
  const ended = new Map<string, string>();
  for (const event of run.events) {
    const by =
      event.kind === "eventReceived"
        ? "event"
        : event.kind === "timerFired" && event.purpose === "expiry"
          ? "expiry"
          : undefined;
    if (by === undefined || !("stepKey" in event)) continue;
    const { stepKey } = event;
    if (ended.has(stepKey)) violate(`I9: ${run.id} ${stepKey} is ended by ${ended.get(stepKey)} and by ${by}`);
    ended.set(stepKey, by);
    if (run.waitAnswers.get(stepKey) !== by)
      violate(`I9: ${run.id} ${stepKey} is ended by ${by}, but ${run.waitAnswers.get(stepKey)} was told it had been`);
  }
}

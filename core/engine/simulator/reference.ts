import { isControlStep, type Json, type RunEvent, type Step, type Workflow } from "@dap/contract";
import { compileValue, createMeter, isTruthy, type Scope } from "@dap/expression";

/**
 * A second, slow and plain reading of a workflow: no events, no state, one step after the other, with the answers that a
 * history holds. It shares no code with the engine's machine, so what both agree on is not one mistake made twice.
 */
export type Reading = {
  readonly status: "succeeded" | "failed";
  /** Outputs outside loops, by step id; only of a run that succeeded. */
  readonly outputs: Readonly<Record<string, Json>>;
};

type Result =
  | { readonly kind: "done"; readonly value: Json | undefined }
  | { readonly kind: "failed" }
  /** A call without a last answer: it was stopped, because something beside it failed. */
  | { readonly kind: "stopped" };

type Place = { readonly names: Scope; readonly steps: Record<string, Json>; readonly path: string };

const done = (value: Json | undefined): Result => ({ kind: "done", value });
const failed: Result = { kind: "failed" };

/** Whether everything in a document has one outcome whatever the timing. */
export function isReadable(document: Workflow, events: readonly RunEvent[]): boolean {
  const text = JSON.stringify(document);
  const hasRace = text.includes('"join":"any"') || text.includes('"join":2');
  return !hasRace && !events.some((event) => disturbing(event));
}

const disturbing = (event: RunEvent): boolean =>
  event.kind === "cancelRequested" ||
  event.kind === "deadlinePassed" ||
  (event.kind === "timerFired" && event.purpose === "timeout");

export function readWorkflow(document: Workflow, events: readonly RunEvent[]): Reading {
  const answers = lastAnswers(events);
  const steps: Record<string, Json> = {};
  const names = { trigger: { body: {} } };
  const result = readList(document.steps, { names, steps, path: "" }, answers);
  return result.kind === "done" ? { status: "succeeded", outputs: steps } : { status: "failed", outputs: {} };
}

type Answers = ReadonlyMap<string, Result>;

function lastAnswers(events: readonly RunEvent[]): Answers {
  const answers = new Map<string, Result>();
  const heard: Heard = new Map();
  for (const event of events) {
    if (event.kind === "stepSucceeded") answers.set(event.stepKey, done(event.output));
    if (event.kind === "approvalDecided") heard.set(event.stepKey, [...(heard.get(event.stepKey) ?? []), event]);
    if (event.kind === "timerFired" && event.purpose === "approval")
      answers.set(
        event.stepKey,
        done({ approved: false, decisions: told(heard.get(event.stepKey)), reason: "deadline" }),
      );
    if (event.kind === "eventReceived") answers.set(event.stepKey, done(event.body));
    if (event.kind === "timerFired" && event.purpose === "expiry") answers.set(event.stepKey, failed);
    if (event.kind === "stepFailed" || event.kind === "stepUnknown") answers.set(event.stepKey, failed);
  }
  // An approval that did not run out was decided by the last word of its history.
  for (const [stepKey, events] of heard)
    if (!answers.has(stepKey))
      answers.set(stepKey, done({ approved: events.at(-1)?.decision === "approve", decisions: told(events) }));
  return answers;
}

type Said = Extract<RunEvent, { kind: "approvalDecided" }>;
type Heard = Map<string, readonly Said[]>;

const told = (events: readonly Said[] = []): Json =>
  events.map(({ by, decision, note, atMs }) => ({ by, decision, note, at: new Date(atMs).toISOString() }));

function readList(steps: readonly Step[], place: Place, answers: Answers): Result {
  let result = done(undefined);
  for (const step of steps) {
    result = readStep(step, place, answers);
    if (result.kind !== "done") return result;
  }
  return result;
}

function readStep(step: Step, place: Place, answers: Answers): Result {
  if (step.when !== undefined && step.use !== "if" && !isTruthy(evaluate(step.when, place))) return done(undefined);
  let result = isControlStep(step) ? readControl(step, place, answers) : readPlain(step, place, answers);
  if (result.kind === "failed" && step.onError === "continue") result = done(undefined);
  else if (result.kind === "failed" && typeof step.onError === "object")
    result = readList(step.onError.steps, place, answers);
  if (result.kind === "done" && result.value !== undefined) place.steps[step.id] = result.value;
  return result;
}

function readPlain(step: Step, place: Place, answers: Answers): Result {
  if (step.use === "transform.set" && "with" in step) return done(evaluate(step.with as Json, place));
  return answers.get(step.id + place.path) ?? { kind: "stopped" };
}

function readControl(step: Step, place: Place, answers: Answers): Result {
  if (!isControlStep(step)) return failed;
  switch (step.use) {
    case "if":
      return readList(isTruthy(evaluate(step.when, place)) ? step.then : (step.else ?? []), place, answers);
    case "switch": {
      const value = evaluate(step.value, place);
      return readList(step.cases.find(({ is }) => is === value)?.steps ?? step.default ?? [], place, answers);
    }
    case "forEach": {
      const items = evaluate(step.items, place) as readonly Json[];
      const rounds = items.map((_, index) => readList(step.steps, inRound(place, index, {}), answers));
      return together(rounds, (values) => values.map((value) => value ?? null));
    }
    case "while":
      return readWhile(step, place, answers);
    case "parallel": {
      const names = Object.keys(step.branches);
      const results = Object.values(step.branches).map((steps) => readList(steps, place, answers));
      return together(results, (values) => Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])));
    }
    case "graph": {
      // Generated graphs stand in an order in which each step comes after those it names.
      const results = step.steps.map((child) => readStep(child, place, answers));
      return together(results, (values) => withoutMissing(step.steps.map(({ id }, at) => [id, values[at]])));
    }
    case "try": {
      const first = readList(step.steps, place, answers);
      const result = first.kind === "failed" && step.catch ? readList(step.catch, place, answers) : first;
      const last = readList(step.finally ?? [], place, answers);
      return last.kind === "done" ? result : last;
    }
    case "fail":
      return failed;
    case "wait":
      return step.event === undefined && step.approval === undefined
        ? done(null)
        : (answers.get(step.id + place.path) ?? { kind: "stopped" });
    default:
      return done(null);
  }
}

function readWhile(step: Extract<Step, { use: "while" }>, place: Place, answers: Answers): Result {
  let last: Json = null;
  for (let round = 0; ; round += 1) {
    const inside = inRound(place, round, { roundIndex: round, round: last });
    if (!isTruthy(evaluate(step.condition, inside))) return done({ rounds: round, last });
    if (round >= step.roundsMax) return failed;
    const result = readList(step.steps, inside, answers);
    if (result.kind !== "done") return result;
    last = result.value ?? null;
  }
}

const inRound = (place: Place, index: number, names: Scope): Place => ({
  names: { ...place.names, ...names },
  steps: { ...place.steps },
  path: `${place.path}/${index}`,
});

/** Things side by side: one failure fails all; stopping happens only beside a failure. */
function together(results: readonly Result[], toValue: (values: readonly (Json | undefined)[]) => Json): Result {
  if (results.some((result) => result.kind === "failed")) return failed;
  if (results.some((result) => result.kind === "stopped")) return { kind: "stopped" };
  return done(toValue(results.map((result) => (result.kind === "done" ? result.value : undefined))));
}

const withoutMissing = (members: readonly (readonly [string, Json | undefined])[]): Json =>
  Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));

function evaluate(value: Json, place: Place): Json | undefined {
  const compiled = compileValue(value);
  if (compiled.kind === "refused") throw new Error("a generated document does not parse");
  return compiled.evaluate({ ...place.names, steps: place.steps }, createMeter());
}

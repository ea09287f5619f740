import { childLists, type Json, type Step, type StepError, type StepView } from "@dap/contract";
import { type FakeRun, type FakeStore, type FakeWorkflow, record, setStatus } from "./fake-store";

export type FakeRunOptions = {
  readonly input: Json;
  readonly draft: boolean;
  /** Milliseconds that a step with an effect takes; 0 plays the run at once, in the past, ending `endedAgoMs` ago. */
  readonly stepMs: number;
  readonly startedAtMs?: number;
  readonly failAt?: string;
  readonly trigger?: FakeRun["trigger"];
};

const pure = (use: string) => use === "transform.set" || use.startsWith("list.") || use === "if" || use === "return";

/** Plays a workflow's steps one after another: not an engine, but events and times as a real run has them. */
export function playRun(store: FakeStore, workflow: FakeWorkflow, options: FakeRunOptions): FakeRun {
  const startMs = options.startedAtMs ?? Date.now();
  let isCancelled = false;
  const run: FakeRun = {
    id: Bun.randomUUIDv7(),
    teamId: workflow.teamId,
    workflowId: workflow.id,
    workflowName: workflow.name,
    version: options.draft ? 0 : (workflow.activeVersion ?? 0),
    status: "queued",
    trigger: options.trigger ?? "manual",
    createdAtMs: startMs,
    endedAtMs: undefined,
    input: options.input,
    output: null,
    error: null,
    events: [],
    steps: new Map(),
    cancel: () => {
      isCancelled = true;
    },
  };
  store.runs.set(run.id, run);
  const isLive = options.startedAtMs === undefined;
  const clock = { nowMs: startMs };
  const pass = async (ms: number) => {
    clock.nowMs = isLive ? Date.now() : clock.nowMs + ms;
    if (isLive) await Bun.sleep(ms);
    if (isLive) clock.nowMs = Date.now();
  };
  const walk = play(store, run, workflow, options, { pass, clock, isCancelled: () => isCancelled });
  if (!isLive) void walk;
  return run;
}

type Stage = { pass: (ms: number) => Promise<void>; clock: { nowMs: number }; isCancelled: () => boolean };

async function play(store: FakeStore, run: FakeRun, workflow: FakeWorkflow, options: FakeRunOptions, stage: Stage) {
  record(store, run, {
    kind: "accepted",
    atMs: stage.clock.nowMs,
    runId: run.id,
    teamId: run.teamId,
    workflow: { id: workflow.id, name: workflow.name, version: run.version },
    semantics: 1,
    triggerKind: run.trigger,
    trigger: { body: options.input },
    vars: {},
  });
  setStatus(store, run, "queued");
  await stage.pass(options.stepMs * 0.4 || 40);
  setStatus(store, run, "running");
  const error = await playSteps(store, run, workflow.draft.steps, options, stage, "");
  const atMs = stage.clock.nowMs;
  run.endedAtMs = atMs;
  if (stage.isCancelled()) {
    record(store, run, { kind: "ended", outcome: { status: "cancelled" }, atMs });
    return setStatus(store, run, "cancelled");
  }
  if (error) {
    run.error = error;
    record(store, run, { kind: "ended", outcome: { status: "failed", error, stepKey: error.stepKey ?? "" }, atMs });
    return setStatus(store, run, "failed");
  }
  run.output = { total: 129.5, sku: "tea-01", told: true };
  record(store, run, { kind: "ended", outcome: { status: "succeeded", output: run.output }, atMs });
  setStatus(store, run, "succeeded");
}

type PlayedError = StepError & { stepKey?: string };

async function playSteps(
  store: FakeStore,
  run: FakeRun,
  steps: readonly Step[],
  options: FakeRunOptions,
  stage: Stage,
  suffix: string,
): Promise<PlayedError | undefined> {
  for (const step of steps) {
    if (stage.isCancelled()) return undefined;
    const stepKey = `${step.id}${suffix}`;
    const view = { stepKey, stepId: step.id, use: step.use, attempt: 1 } as const;
    if (pure(step.use)) {
      const output: Json = step.use === "if" ? true : { sku: "tea-01", n: 2, net: 108.82 };
      run.steps.set(stepKey, { ...view, status: "succeeded", output });
    } else {
      const error = await playEffect(store, run, view, options, stage, step);
      if (error) return error;
    }
    const lists = childLists(step);
    const rounds = step.use === "forEach" ? 3 : 1;
    for (let round = 0; round < rounds; round += 1)
      for (const list of lists.slice(0, step.use === "parallel" ? 9 : 1)) {
        const error = await playSteps(
          store,
          run,
          list.steps,
          options,
          stage,
          step.use === "forEach" ? `${suffix}/${round}` : suffix,
        );
        if (error) return error;
      }
  }
  return undefined;
}

async function playEffect(
  store: FakeStore,
  run: FakeRun,
  view: Pick<StepView, "stepKey" | "stepId" | "use" | "attempt">,
  options: FakeRunOptions,
  stage: Stage,
  step: Step,
): Promise<PlayedError | undefined> {
  const startedAtMs = stage.clock.nowMs;
  const input: Json = "with" in step && step.with ? (step.with as Json) : {};
  run.steps.set(view.stepKey, { ...view, status: "running", startedAtMs, input });
  record(store, run, { kind: "stepStarted", stepKey: view.stepKey, attempt: 1, atMs: startedAtMs });
  const factor = step.use === "wait" ? 2.2 : 0.5 + (step.id.length % 5) / 4;
  await stage.pass((options.stepMs || 180) * factor);
  const atMs = stage.clock.nowMs;
  const done = { stepKey: view.stepKey, attempt: 1, inputHash: "00112233aabbccdd", startedAtMs, atMs };
  if (stage.isCancelled()) {
    run.steps.set(view.stepKey, { ...view, status: "cancelled", startedAtMs, endedAtMs: atMs, input });
    return undefined;
  }
  if (options.failAt === step.id) return playFailure(store, run, view, done, stage, input);
  const output: Json = {
    status: 200,
    headers: { "content-type": "application/json" },
    body: { amount: 54.41, currency: "EUR" },
  };
  run.steps.set(view.stepKey, { ...view, status: "succeeded", startedAtMs, endedAtMs: atMs, input, output });
  record(store, run, { kind: "stepSucceeded", ...done, output });
  return undefined;
}

async function playFailure(
  store: FakeStore,
  run: FakeRun,
  view: Pick<StepView, "stepKey" | "stepId" | "use" | "attempt">,
  first: { stepKey: string; attempt: number; inputHash: string; startedAtMs: number; atMs: number },
  stage: Stage,
  input: Json,
): Promise<PlayedError> {
  const error: StepError = {
    code: "HTTP_STATUS",
    message: "The server answered 503 Service Unavailable.",
    retryable: true,
    details: { status: 503, url: "https://api.example.com/price/tea-01" },
  };
  record(store, run, { kind: "stepFailed", ...first, error, chance: 0.4 });
  await stage.pass(420);
  record(store, run, {
    kind: "timerFired",
    stepKey: view.stepKey,
    purpose: "retry",
    attempt: 2,
    atMs: stage.clock.nowMs,
  });
  const startedAtMs = stage.clock.nowMs;
  await stage.pass(260);
  const atMs = stage.clock.nowMs;
  record(store, run, {
    kind: "stepFailed",
    ...first,
    attempt: 2,
    startedAtMs,
    atMs,
    error: { ...error, retryable: false },
    chance: 0.7,
  });
  run.steps.set(view.stepKey, {
    ...view,
    attempt: 2,
    status: "failed",
    startedAtMs: first.startedAtMs,
    endedAtMs: atMs,
    input,
    error,
  });
  return { ...error, stepKey: view.stepKey };
}

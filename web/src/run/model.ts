import type { RunDetail, RunEvent, RunStatus, StepView, StoredEvent } from "@dap/contract";

/** A run as the inspector knows it: the server's view, and the events it has seen, in order without a gap. */
export type RunState = { readonly detail: RunDetail; readonly events: readonly StoredEvent[] };

/**
 * The run after one more event. What the event says about its step is shown at once; pure steps, which have no events,
 * come with the next reading. An event that is already known changes nothing.
 */
export function withEvent(state: RunState, stored: StoredEvent): RunState {
  const lastSeq = state.events.at(-1)?.seq ?? 0;
  if (stored.seq <= lastSeq) return state;
  const { detail } = state;
  const { event } = stored;
  const next: RunDetail = {
    ...detail,
    ...endOf(event),
    status: statusAfter(detail.status, event),
    lastSeq: Math.max(detail.lastSeq, stored.seq),
    steps: stepsAfter(detail.steps, event),
  };
  return { detail: next, events: [...state.events, stored] };
}

/** The run after it was read again: an older answer than what is known already is dropped. */
export function withReading(state: RunState, detail: RunDetail, events: readonly StoredEvent[] = []): RunState {
  const known = state.events.at(-1)?.seq ?? 0;
  const rest = events.filter(({ seq }) => seq > known);
  const all = rest.length > 0 ? [...state.events, ...rest] : state.events;
  return detail.lastSeq < state.detail.lastSeq ? { ...state, events: all } : { detail, events: all };
}

const open: ReadonlySet<RunStatus> = new Set(["queued", "running", "waiting"]);

function statusAfter(status: RunStatus, event: RunEvent): RunStatus {
  if (event.kind === "ended") return event.outcome.status;
  if (event.kind === "cancelRequested") return open.has(status) ? "cancelling" : status;
  return event.kind.startsWith("step") && (status === "queued" || status === "waiting") ? "running" : status;
}

function endOf(event: RunEvent): Partial<RunDetail> {
  if (event.kind !== "ended") return {};
  const { outcome, atMs } = event;
  const ended = { endedAt: new Date(atMs).toISOString() };
  switch (outcome.status) {
    case "succeeded":
      return { ...ended, output: outcome.output };
    case "failed":
      return { ...ended, error: { ...outcome.error, ...(outcome.stepKey ? { stepKey: outcome.stepKey } : {}) } };
    case "diverged":
      return { ...ended, error: outcome.error };
    case "cancelled":
      return ended;
  }
}

function stepsAfter(steps: readonly StepView[], event: RunEvent): readonly StepView[] {
  switch (event.kind) {
    case "stepStarted": {
      const { stepKey, attempt, atMs } = event;
      return change(steps, stepKey, (step) => ({
        ...step,
        status: "running",
        attempt,
        startedAtMs: step.startedAtMs ?? atMs,
      }));
    }
    case "stepSucceeded": {
      const { stepKey, attempt, output, startedAtMs, atMs } = event;
      const done = { status: "succeeded", attempt, output, endedAtMs: atMs } as const;
      return change(steps, stepKey, (step) => ({ ...step, ...done, startedAtMs: step.startedAtMs ?? startedAtMs }));
    }
    case "stepFailed": {
      const { stepKey, attempt, error, startedAtMs, atMs } = event;
      // Whether another attempt follows is the engine's decision; a retryable error is shown as such until the next reading.
      const status = error.retryable ? "retrying" : "failed";
      const done = { status, attempt, error, endedAtMs: atMs } as const;
      return change(steps, stepKey, (step) => ({ ...step, ...done, startedAtMs: step.startedAtMs ?? startedAtMs }));
    }
    case "stepUnknown":
      return change(steps, event.stepKey, (step) => ({ ...step, status: "unknown", endedAtMs: event.atMs }));
    default:
      return steps;
  }
}

function change(steps: readonly StepView[], stepKey: string, to: (step: StepView) => StepView): readonly StepView[] {
  const at = steps.findIndex((step) => step.stepKey === stepKey);
  const known = steps[at];
  if (known) return steps.with(at, to(known));
  const [stepId = stepKey] = stepKey.split("/");
  return [...steps, to({ stepKey, stepId, use: "", status: "waiting", attempt: 0 })];
}

import type { RealtimeMessage, RunDetail, RunSummary, StepView } from "@dap/contract";
import { type AcceptedEvent, type Json, ownValue, type StoredEvent } from "@dap/contract";
import { hideResumeTokens, type RunRow } from "@dap/run";

/** A run as lists show it. */
export const runSummary = (row: RunRow): RunSummary & { readonly workflowName: string } => ({
  id: row.id,
  workflowId: row.workflowId,
  workflowName: row.workflowName,
  version: row.version,
  status: row.status,
  trigger: row.triggerKind,
  createdAt: new Date(row.createdAtMs).toISOString(),
  endedAt: row.endedAtMs === undefined ? null : new Date(row.endedAtMs).toISOString(),
});

/** What watchers of the team's list hear. */
export const runChanged = (row: RunRow): RealtimeMessage => ({
  kind: "runChanged",
  teamId: row.teamId,
  run: runSummary(row),
});

/** What came of a run: `output` and `error` are null as long as there is none. */
export function runResult({ id, status, outcome }: RunRow) {
  const ended = outcome ?? { status: undefined };
  return {
    runId: id,
    status,
    output: ended.status === "succeeded" ? ended.output : null,
    error: errorOf(outcome),
  };
}

/** A run with its timeline. */
export function runDetail(row: RunRow, events: readonly StoredEvent[], steps: readonly StepView[]): RunDetail {
  const { output, error } = runResult(row);
  const first = events[0]?.event;
  const input = first?.kind === "accepted" ? inputOf(first) : null;
  return { ...runSummary(row), input, output, error, lastSeq: row.lastSeq, steps: withoutTokens(steps) };
}

/** Whoever may look at a run may not for that reason answer its waits. */
function withoutTokens(steps: readonly StepView[]): readonly StepView[] {
  const text = JSON.stringify(steps);
  // Hiding changes texts inside strings only.
  return text.includes("/resume/") ? (JSON.parse(hideResumeTokens(text)) as StepView[]) : steps;
}

function errorOf(outcome: RunRow["outcome"]): RunDetail["error"] {
  if (outcome?.status === "diverged") return outcome.error;
  if (outcome?.status !== "failed") return null;
  return { ...outcome.error, ...(outcome.stepKey !== undefined && { stepKey: outcome.stepKey }) };
}

/** What a run was started with: the body or the query, as its caller sent it. */
export const inputOf = (accepted: AcceptedEvent): Json =>
  ownValue(accepted.trigger, isQueryCall(accepted) ? "query" : "body") ?? null;

/** GET and HEAD carry their input in the query. */
const isQueryCall = ({ trigger }: AcceptedEvent) => ["GET", "HEAD"].includes(String(ownValue(trigger, "method")));

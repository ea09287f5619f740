import type { RealtimeMessage, RunStatus } from "@dap/contract";
import type { RunCommit, RunRow } from "@dap/run";

/** What subscribers hear of a committed commit: its events with their numbers, and the run's line when its status changed. */
export function announceCommit(
  run: RunRow,
  before: RunStatus,
  { afterSeq, events, next }: Pick<RunCommit, "afterSeq" | "events" | "next">,
): RealtimeMessage[] {
  const { id: runId, teamId } = run;
  const messages: RealtimeMessage[] = events.map((event, index) => ({
    kind: "runEvent",
    runId,
    teamId,
    seq: afterSeq + 1 + index,
    event,
  }));
  const status = statusAfter(next);
  if (status !== before) messages.push(announceRun(run, status, endedAtMs(events)));
  return messages;
}

export const statusAfter = (next: RunCommit["next"]): RunStatus =>
  next.kind === "end" ? next.outcome.status : next.status;

/** One line of the team's list of runs. */
export const announceRun = (run: RunRow, status: RunStatus, endedAtMs?: number): RealtimeMessage => ({
  kind: "runChanged",
  teamId: run.teamId,
  run: {
    id: run.id,
    workflowId: run.workflowId,
    workflowName: run.workflowName,
    version: run.version,
    status,
    trigger: run.triggerKind,
    createdAt: new Date(run.createdAtMs).toISOString(),
    endedAt: endedAtMs === undefined ? null : new Date(endedAtMs).toISOString(),
  },
});

function endedAtMs(events: RunCommit["events"]): number | undefined {
  const last = events.at(-1);
  return last?.kind === "ended" ? last.atMs : undefined;
}

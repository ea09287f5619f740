import type { AcceptedEvent, RealtimeMessage } from "@dap/contract";
import type { InlineResult } from "./inline";

/** What subscribers hear of a run that was over before anybody could watch: one line for the team's list. */
export function announceRun(
  { outcome }: InlineResult,
  accepted: AcceptedEvent,
  endedAtMs = accepted.atMs,
): readonly RealtimeMessage[] {
  const run = {
    id: accepted.runId,
    workflowId: accepted.workflow.id,
    workflowName: accepted.workflow.name,
    version: accepted.workflow.version,
    status: outcome.status,
    trigger: accepted.triggerKind,
    createdAt: new Date(accepted.atMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
  };
  return [{ kind: "runChanged", teamId: accepted.teamId, run }];
}

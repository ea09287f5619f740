import type { RunEvent, RunOutcome, RunStatus, StoredEvent, TriggerKind } from "@dap/contract";
import type { RunRow, Signal, StoredSignal } from "./store";
import type { Row } from "./transaction";

/** The columns that `readRunRow` reads, for a table or alias. */
export const runColumns = (alias: string): string =>
  [
    "id",
    "team_id",
    "workflow_id",
    "workflow_name",
    "version",
    "status",
    "trigger_kind",
    "epoch",
    "last_seq",
    "signal_seq",
    "folded_signal_seq",
    "claims",
    "starts",
    "outcome",
    "retry_of",
    "opening",
    "opening_count",
  ]
    .map((name) => `${alias}.${name}`)
    .concat(
      `(extract(epoch from ${alias}.created_at) * 1000)::float8 as created_ms`,
      `(extract(epoch from ${alias}.ended_at) * 1000)::float8 as ended_ms`,
    )
    .join(", ");

/** Rows were written by this package, so their columns are trusted to be what the table says. */
export function readRunRow(row: Row): RunRow {
  return {
    id: row.id as string,
    teamId: row.team_id as string,
    workflowId: row.workflow_id as string,
    workflowName: row.workflow_name as string,
    version: row.version as number,
    status: row.status as RunStatus,
    triggerKind: row.trigger_kind as TriggerKind,
    epoch: row.epoch as number,
    lastSeq: row.last_seq as number,
    signalSeq: row.signal_seq as number,
    createdAtMs: Math.round(row.created_ms as number),
    endedAtMs: row.ended_ms === null ? undefined : Math.round(row.ended_ms as number),
    outcome: readOutcome(row),
    retryOf: (row.retry_of as string | null) ?? undefined,
  };
}

/** A run recorded whole keeps its outcome in its last event only. */
export function readOutcome(row: Row): RunOutcome | undefined {
  if (typeof row.outcome === "string") return JSON.parse(row.outcome) as RunOutcome;
  if (row.ended_ms === null || typeof row.opening !== "string") return undefined;
  const last = (JSON.parse(row.opening) as RunEvent[]).at(-1);
  return last?.kind === "ended" ? last.outcome : undefined;
}

/** The events of one page, numbered. */
export const readPage = (text: unknown, seqFirst: number): StoredEvent[] =>
  (JSON.parse(text as string) as RunEvent[]).map((event, index) => ({ seq: seqFirst + index, event }));

export const readSignal = (row: Row): StoredSignal => ({
  signalSeq: row.signal_seq as number,
  atMs: Math.round(row.at_ms as number),
  signal: JSON.parse(row.body as string) as Signal,
});

import type { RunEvent } from "@dap/contract";
import { joinJson, joinTexts, plainArray, textsFrom } from "./column";
import type { RunStart } from "./store";

/** A run row as it is first written. */
export type StartRow = {
  readonly start: RunStart;
  readonly status: string;
  readonly active: boolean;
  readonly opening: readonly RunEvent[];
  readonly endedAtMs: number | undefined;
  readonly dispatchId: string | undefined;
};

/** `unnest(...)` of the parameters from `$n` on, with names; the parameters are `startValues`. */
export const startsFrom = (n: number): string => `unnest(
  $${n}::text::uuid[], $${n + 1}::text::uuid[], $${n + 2}::text::uuid[], ${textsFrom(`$${n + 3}`)}, $${n + 4}::text::int[],
  $${n + 5}::text::text[], $${n + 6}::text::text[], $${n + 7}::text::boolean[], $${n + 8}::text::uuid[],
  $${n + 9}::text::uuid[], $${n + 10}::text::float8[], $${n + 11}::text::float8[], ${textsFrom(`$${n + 12}`)},
  $${n + 13}::text::int[]
) as i (team_id, id, workflow_id, workflow_name, version, trigger_kind, status, active, dispatch_id, retry_of, created_ms,
  ended_ms, opening, opening_count)`;
export const startParameters = 14;

export const startValues = (rows: readonly StartRow[]): string[] => [
  plainArray(rows, ({ start }) => start.accepted.teamId),
  plainArray(rows, ({ start }) => start.accepted.runId),
  plainArray(rows, ({ start }) => start.accepted.workflow.id),
  joinTexts(rows, ({ start }) => start.accepted.workflow.name),
  plainArray(rows, ({ start }) => start.accepted.workflow.version),
  plainArray(rows, ({ start }) => start.accepted.triggerKind),
  plainArray(rows, (row) => row.status),
  plainArray(rows, (row) => row.active),
  plainArray(rows, (row) => row.dispatchId),
  plainArray(rows, ({ start }) => start.retryOf),
  plainArray(rows, ({ start }) => start.accepted.atMs),
  plainArray(rows, (row) => row.endedAtMs),
  joinJson(rows, (row) => JSON.stringify(row.opening)),
  plainArray(rows, (row) => row.opening.length),
];

/** The INSERT from a source `i` of such rows. `onRepeat`: a row that is there already is our own from an earlier try. */
export const insertRuns = (from: string, onRepeat: boolean): string => `
insert into run (team_id, id, workflow_id, workflow_name, version, trigger_kind, status, active, last_seq, dispatch_id,
  dispatch_due_at, retry_of, created_at, ended_at, opening, opening_count)
select i.team_id, i.id, i.workflow_id, i.workflow_name, i.version, i.trigger_kind, i.status, i.active, i.opening_count,
  i.dispatch_id, case when i.dispatch_id is not null then clock_timestamp() end, i.retry_of,
  to_timestamp(i.created_ms / 1000), to_timestamp(i.ended_ms / 1000), i.opening, i.opening_count
from ${from}
${onRepeat ? "on conflict (team_id, id) do nothing" : ""}`;

import type { StoredEvent } from "@dap/contract";
import type { Sql } from "postgres";
import { readPage, readRunRow, runColumns } from "./row";
import type { RunFilter, RunRow } from "./store";
import { inTeams, query } from "./transaction";

const findText = `select ${runColumns("r")} from run r where r.team_id = $1::text::uuid and r.id = $2::text::uuid`;

/** See `RunStore.findRun`. */
export const findRun = (sql: Sql, teamId: string, runId: string): Promise<RunRow | undefined> =>
  inTeams(sql, [teamId], { text: findText, values: [teamId, runId] }, ([row]) => row && readRunRow(row));

const openingText =
  "select r.opening, r.opening_count from run r where r.team_id = $1::text::uuid and r.id = $2::text::uuid";
const pagesText = `
select seq_first, events from run_event
where team_id = $1::text::uuid and run_id = $2::text::uuid and seq_last > $3::text::int and seq_first <= $4::text::int
order by seq_first`;

/** See `RunStore.readEvents`. */
export const readEvents = (
  sql: Sql,
  teamId: string,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<readonly StoredEvent[]> =>
  inTeams(sql, [teamId], { text: openingText, values: [teamId, runId] }, async ([row], tx) => {
    if (row === undefined) return [];
    const lastSeq = Math.min(afterSeq + limit, 2 ** 31 - 1);
    const pages = await query(tx, { text: pagesText, values: [teamId, runId, String(afterSeq), String(lastSeq)] });
    const opening = afterSeq < (row.opening_count as number) ? readPage(row.opening, 1) : [];
    return [...opening, ...pages.flatMap((page) => readPage(page.events, page.seq_first as number))].filter(
      ({ seq }) => seq > afterSeq && seq <= lastSeq,
    );
  });

const listText = ({ workflowId, status }: RunFilter): string => `
select ${runColumns("r")} from run r
where r.team_id = $1::text::uuid and ($2::text is null or r.id < $2::text::uuid)
  and ${workflowId === undefined ? "$3::text is null" : "r.workflow_id = $3::text::uuid"}
  and ${status === undefined ? "$4::text is null" : "r.status = $4::text"}
order by r.id desc limit $5::text::int`;

/** See `RunStore.listRuns`. The cursor is the last id of the page; ids order by time. */
export const listRuns = (
  sql: Sql,
  teamId: string,
  filter: RunFilter,
): Promise<{ readonly items: readonly RunRow[]; readonly nextCursor: string | undefined }> => {
  const limit = Math.max(1, Math.min(filter.limit, 200));
  const values = [teamId, filter.cursor ?? null, filter.workflowId ?? null, filter.status ?? null, String(limit + 1)];
  return inTeams(sql, [teamId], { text: listText(filter), values }, (rows) => {
    const items = rows.slice(0, limit).map(readRunRow);
    return { items, nextCursor: rows.length > limit ? items.at(-1)?.id : undefined };
  });
};

import type { RunOutcome } from "@dap/contract";
import { newId } from "@dap/platform/id";
import type { Sql, TransactionSql } from "postgres";
import { joinTexts, plainArray, RunDataError, textsFrom } from "./column";
import { type RetryOptions, retrying } from "./failure";
import { readOutcome } from "./row";
import { insertRuns, type StartRow, startParameters, startsFrom, startValues } from "./start-row";
import type { AcceptOutcome, RecordOutcome, RunRecord, RunStart } from "./store";
import { inTeams, query, type Row, type Statement, speakForSql, teamsArray } from "./transaction";

/** See `RunStore.acceptRuns`. */
export async function acceptRuns(
  sql: Sql,
  starts: readonly RunStart[],
  retry: RetryOptions,
): Promise<readonly AcceptOutcome[]> {
  const earlier = await insertStarts(sql, starts.map(toQueuedRow), retry);
  return starts.map(({ accepted: { runId } }) => {
    const winner = earlier.get(runId);
    return winner === undefined ? { kind: "accepted", runId } : { kind: "repeated", runId: winner.runId };
  });
}

const toQueuedRow = (start: RunStart): StartRow => ({
  start,
  status: "queued",
  active: true,
  opening: [start.accepted],
  endedAtMs: undefined,
  dispatchId: newId(),
});

/** See `RunStore.recordRuns`. */
export async function recordRuns(
  sql: Sql,
  records: readonly RunRecord[],
  retry: RetryOptions,
): Promise<readonly RecordOutcome[]> {
  const earlier = await insertStarts(sql, records.map(toEndedRow), retry);
  return records.map(({ start: { accepted } }) => {
    const winner = earlier.get(accepted.runId);
    return winner === undefined ? { kind: "recorded", runId: accepted.runId } : { kind: "repeated", ...winner };
  });
}

function toEndedRow({ start, events, outcome }: RunRecord): StartRow {
  const last = events.at(-1);
  if (last?.kind !== "ended") throw new RunDataError("A recorded run ends with the event `ended`");
  return {
    start,
    status: outcome.status,
    active: false,
    opening: events,
    endedAtMs: last.atMs,
    dispatchId: undefined,
  };
}

type Winner = { readonly runId: string; readonly outcome: RunOutcome | undefined };

/** Inserts rows whose idempotency key is new; gives the earlier run for each of the others, by the loser's run id. */
async function insertStarts(
  sql: Sql,
  rows: readonly StartRow[],
  retry: RetryOptions,
): Promise<ReadonlyMap<string, Winner>> {
  if (rows.length === 0) return new Map();
  const isPlain = rows.every(({ start }) => start.idempotency === undefined && start.deadlineAtMs === undefined);
  return retrying(retry, async (mayBeWritten) => {
    if (!isPlain) return insertWithKeys(sql, rows);
    await query(sql, {
      text: mayBeWritten ? plainAgain : plain,
      values: [teamsArray(teamsOf(rows)), ...startValues(rows)],
    });
    return new Map();
  });
}

/** One statement, one round trip: each row passes through the setting before its policy is checked. */
const plainText = (onRepeat: boolean): string =>
  insertRuns(`(select ${speakForSql("$1")}) as s, ${startsFrom(2)}`, onRepeat);
const plain = plainText(false);
const plainAgain = plainText(true);

const keysAt = startParameters + 1;
const deadlinesAt = keysAt + 4;

/** Keys are taken in one order by everybody, so that two batches never wait for each other. */
const withKeys = `
with claimed as (
  insert into idempotency (team_id, scope, key, run_id)
  select k.team_id, k.scope, k.key, k.run_id
  from unnest($${keysAt}::text::uuid[], ${textsFrom(`$${keysAt + 1}`)}, ${textsFrom(`$${keysAt + 2}`)},
    $${keysAt + 3}::text::uuid[]) as k (team_id, scope, key, run_id)
  on conflict (team_id, scope, key) do nothing
  returning run_id
), keyed as (
  select run_id from unnest($${keysAt + 3}::text::uuid[]) as k (run_id)
), inserted as (
  ${insertRuns(
    `${startsFrom(1)}
     where i.id not in (select run_id from keyed) or i.id in (select run_id from claimed)`,
    true,
  )}
  returning team_id, id
), timed as (
  insert into timer (team_id, run_id, step_key, purpose, attempt, due_at)
  select r.team_id, r.id, '', 'deadline', 1, to_timestamp(d.due_ms / 1000)
  from inserted r
  join unnest($${deadlinesAt}::text::uuid[], $${deadlinesAt + 1}::text::float8[]) as d (run_id, due_ms) on d.run_id = r.id
  on conflict do nothing
)
select run_id from claimed`;

type KeyedRow = { readonly teamId: string; readonly runId: string; readonly scope: string; readonly key: string };

/**
 * Accepts runs inside the caller's transaction, which speaks for their teams (`app.teams`): they are there when it commits.
 * For new runs without idempotency keys; what decides that they are new must stand in the same transaction.
 */
export async function acceptRunsIn(tx: TransactionSql, starts: readonly RunStart[]): Promise<void> {
  if (starts.length > 0) await query(tx, keyedStatement(starts.map(toQueuedRow), []));
}

async function insertWithKeys(sql: Sql, rows: readonly StartRow[]): Promise<ReadonlyMap<string, Winner>> {
  const keyed = keysOf(rows);
  return inTeams(sql, teamsOf(rows), keyedStatement(rows, keyed), (claimed, tx) => {
    const winners = new Set(claimed.map((row) => row.run_id));
    const losers = keyed.filter(({ runId }) => !winners.has(runId));
    return losers.length === 0 ? new Map() : findWinners(tx, losers);
  });
}

function keyedStatement(rows: readonly StartRow[], keyed: readonly KeyedRow[]): Statement {
  const deadlines = rows.filter(({ start }) => start.deadlineAtMs !== undefined);
  return {
    text: withKeys,
    values: [
      ...startValues(rows),
      plainArray(keyed, (row) => row.teamId),
      joinTexts(keyed, (row) => row.scope),
      joinTexts(keyed, (row) => row.key),
      plainArray(keyed, (row) => row.runId),
      plainArray(deadlines, ({ start }) => start.accepted.runId),
      plainArray(deadlines, ({ start }) => start.deadlineAtMs),
    ],
  };
}

function keysOf(rows: readonly StartRow[]): readonly KeyedRow[] {
  const keyed = rows.flatMap(({ start: { accepted, idempotency } }) =>
    idempotency === undefined ? [] : [{ teamId: accepted.teamId, runId: accepted.runId, ...idempotency }],
  );
  const order = ({ teamId, scope, key }: KeyedRow) => `${teamId} ${scope} ${key}`;
  return keyed.sort((left, right) => (order(left) < order(right) ? -1 : 1));
}

const winnersText = `
select k.run_id as loser_id, w.run_id as winner_id, r.outcome, r.opening,
  extract(epoch from r.ended_at)::float8 as ended_ms
from unnest($1::text::uuid[], ${textsFrom("$2")}, ${textsFrom("$3")}, $4::text::uuid[]) as k (team_id, scope, key, run_id)
cross join lateral (
  select run_id, team_id from idempotency w where w.team_id = k.team_id and w.scope = k.scope and w.key = k.key offset 0
) w
left join run r on r.team_id = w.team_id and r.id = w.run_id
where w.run_id <> k.run_id`;

/** Of this statement's own snapshot, which sees whoever came first: the insert waited for them. */
async function findWinners(tx: TransactionSql, keyed: readonly KeyedRow[]): Promise<ReadonlyMap<string, Winner>> {
  const found = await query(tx, {
    text: winnersText,
    values: [
      plainArray(keyed, (row) => row.teamId),
      joinTexts(keyed, (row) => row.scope),
      joinTexts(keyed, (row) => row.key),
      plainArray(keyed, (row) => row.runId),
    ],
  });
  return new Map(found.map((row) => [row.loser_id as string, toWinner(row)]));
}

const toWinner = (row: Row): Winner => ({ runId: row.winner_id as string, outcome: readOutcome(row) });

const teamsOf = (rows: readonly StartRow[]): string[] => rows.map(({ start }) => start.accepted.teamId);

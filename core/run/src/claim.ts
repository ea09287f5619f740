import type { StoredEvent } from "@dap/contract";
import type { Sql, TransactionSql } from "postgres";
import { joinTexts, plainArray, textsFrom } from "./column";
import { type RetryOptions, retrying } from "./failure";
import { readPage, readRunRow, readSignal, runColumns } from "./row";
import type { ClaimOutcome, ClaimRequest, StoredSignal } from "./store";
import { inTeams, query, type Row } from "./transaction";

/**
 * Takes runs for their workers. A run without a live lease goes to whoever asks while there is something to do; one with a
 * live lease only to the redelivered message of the same dispatch, because its holder is gone. Rows are locked in id order.
 */
const claimText = `
update run r set
  epoch = r.epoch + 1,
  status = case when r.status in ('queued', 'waiting') then 'running' else r.status end,
  active = true,
  worker_id = f.worker_id,
  lease_until = clock_timestamp() + f.lease_ms * interval '1 millisecond',
  claims = r.claims + 1,
  dispatch_id = f.dispatch_id,
  dispatch_due_at = null,
  dispatch_tries = 0
from (
  select l.team_id, l.id, a.dispatch_id, a.worker_id, a.lease_ms
  from unnest($1::text::uuid[], $2::text::uuid[], $3::text::uuid[], $4::text::boolean[], ${textsFrom("$5")},
    $6::text::float8[]) as a (team_id, run_id, dispatch_id, redelivered, worker_id, lease_ms)
  join run l on l.team_id = a.team_id and l.id = a.run_id
  where l.ended_at is null and l.dispatch_id is not null
    and (l.lease_until is null or l.lease_until <= clock_timestamp() or (a.redelivered and l.dispatch_id = a.dispatch_id))
  order by l.id for update of l
) f
where r.team_id = f.team_id and r.id = f.id
returning ${runColumns("r")}`;

/** See `RunStore.claimRun`; one transaction for all. Outcomes in the order of `requests`. */
export async function claimRuns(
  sql: Sql,
  requests: readonly ClaimRequest[],
  retry: RetryOptions,
): Promise<readonly ClaimOutcome[]> {
  const first = [...new Map([...requests].reverse().map((request) => [request.runId, request])).values()];
  const outcomes = first.length === 0 ? new Map() : await retrying(retry, () => claimOnce(sql, first));
  const held: ClaimOutcome = { kind: "refused", reason: "held" };
  // A second message for one run in one batch finds it held, as it would a moment later.
  return requests.map((request) => (first.includes(request) ? (outcomes.get(request.runId) ?? held) : held));
}

/**
 * A claim whose COMMIT is unknown is simply made again: without the answer nobody acted under its epoch. It is refused as
 * held then, and the lease that nobody renews runs out.
 */
function claimOnce(sql: Sql, requests: readonly ClaimRequest[]): Promise<ReadonlyMap<string, ClaimOutcome>> {
  const statement = {
    text: claimText,
    values: [
      plainArray(requests, (request) => request.teamId),
      plainArray(requests, (request) => request.runId),
      plainArray(requests, (request) => request.dispatchId),
      plainArray(requests, (request) => request.redelivered),
      joinTexts(requests, (request) => request.workerId),
      plainArray(requests, (request) => request.leaseMs),
    ],
  };
  return inTeams(
    sql,
    requests.map(({ teamId }) => teamId),
    statement,
    async (rows, tx) => {
      const refused = requests.filter(({ runId }) => !rows.some((row) => row.id === runId));
      const [pages, signals, reasons] = await Promise.all([
        readPages(tx, rows),
        readSignals(tx, rows),
        refused.length === 0 ? new Map<string, ClaimOutcome>() : readReasons(tx, refused),
      ]);
      const claimed = rows.map((row): [string, ClaimOutcome] => [row.id as string, toClaimed(row, pages, signals)]);
      return new Map([...reasons, ...claimed]);
    },
  );
}

type ByRun<T> = ReadonlyMap<string, readonly T[]>;

function toClaimed(row: Row, pages: ByRun<StoredEvent>, signals: ByRun<StoredSignal>): ClaimOutcome {
  const run = readRunRow(row);
  return {
    kind: "claimed",
    run,
    claims: row.claims as number,
    starts: row.starts as number,
    foldedSignalSeq: row.folded_signal_seq as number,
    events: [...readPage(row.opening, 1), ...(pages.get(run.id) ?? [])],
    signals: signals.get(run.id) ?? [],
  };
}

const keysOf = (rows: readonly Row[]): string[] => [
  plainArray(rows, (row) => row.team_id as string),
  plainArray(rows, (row) => row.id as string),
];

const pagesText = `
select e.run_id, e.seq_first, e.events
from unnest($1::text::uuid[], $2::text::uuid[]) as k (team_id, run_id)
join run_event e on e.team_id = k.team_id and e.run_id = k.run_id
order by e.run_id, e.seq_first`;

/** Most runs are claimed once, with nothing but their opening: then there is nothing to ask. */
async function readPages(tx: TransactionSql, rows: readonly Row[]): Promise<ByRun<StoredEvent>> {
  const longer = rows.filter((row) => (row.last_seq as number) > (row.opening_count as number));
  if (longer.length === 0) return new Map();
  const pages = await query(tx, { text: pagesText, values: keysOf(longer) });
  return groupByRun(pages, (page) => readPage(page.events, page.seq_first as number));
}

const signalsText = `
select s.run_id, s.signal_seq, extract(epoch from s.at)::float8 * 1000 as at_ms, s.body
from unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[]) as k (team_id, run_id, after_seq)
join signal s on s.team_id = k.team_id and s.run_id = k.run_id and s.signal_seq > k.after_seq
order by s.run_id, s.signal_seq`;

/** Signals after the folded ones, oldest first, of rows that carry `signal_seq` and `folded_signal_seq`. */
export async function readSignals(tx: Sql | TransactionSql, rows: readonly Row[]): Promise<ByRun<StoredSignal>> {
  const told = rows.filter((row) => (row.signal_seq as number) > (row.folded_signal_seq as number));
  if (told.length === 0) return new Map();
  const values = [...keysOf(told), plainArray(told, (row) => row.folded_signal_seq as number)];
  return groupByRun(await query(tx, { text: signalsText, values }), (row) => [readSignal(row)]);
}

function groupByRun<T>(rows: readonly Row[], read: (row: Row) => T[]): ByRun<T> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.run_id as string);
    if (group === undefined) groups.set(row.run_id as string, read(row));
    else group.push(...read(row));
  }
  return groups;
}

const reasonsText = `
select r.id, r.ended_at is not null as ended, r.dispatch_id is null as idle
from unnest($1::text::uuid[], $2::text::uuid[]) as a (team_id, run_id)
join run r on r.team_id = a.team_id and r.id = a.run_id`;

async function readReasons(tx: TransactionSql, refused: readonly ClaimRequest[]): Promise<Map<string, ClaimOutcome>> {
  const values = [plainArray(refused, ({ teamId }) => teamId), plainArray(refused, ({ runId }) => runId)];
  const found = new Map((await query(tx, { text: reasonsText, values })).map((row) => [row.id as string, row]));
  return new Map(refused.map(({ runId }) => [runId, { kind: "refused", reason: reasonOf(found.get(runId)) }]));
}

function reasonOf(row: Row | undefined): "held" | "ended" | "stale" | "missing" {
  if (row === undefined) return "missing";
  if (row.ended === true) return "ended";
  return row.idle === true ? "stale" : "held";
}

import type { Sql } from "postgres";
import { readSignals } from "./claim";
import { plainArray } from "./column";
import { type RetryOptions, retrying } from "./failure";
import type { StoredSignal } from "./store";
import { inTeams } from "./transaction";

type Owned = { readonly teamId: string; readonly runId: string; readonly epoch: number };

const ownedValues = (runs: readonly Owned[]): string[] => [
  plainArray(runs, ({ teamId }) => teamId),
  plainArray(runs, ({ runId }) => runId),
  plainArray(runs, ({ epoch }) => epoch),
];
const teamsOf = (runs: readonly { readonly teamId: string }[]): string[] => runs.map(({ teamId }) => teamId);

/** Rows that are still owned under the epoch that is asked about, locked in id order. */
const ownedRows = `
  select l.team_id, l.id
  from unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[]) as a (team_id, run_id, epoch)
  join run l on l.team_id = a.team_id and l.id = a.run_id
  where l.epoch = a.epoch and l.ended_at is null and l.worker_id = $4::text
  order by l.id for update of l`;

const renewText = `
update run r set lease_until = clock_timestamp() + $5::text::float8 * interval '1 millisecond'
from (${ownedRows}) f
where r.team_id = f.team_id and r.id = f.id
returning r.id`;

/** See `RunStore.renewLeases`. */
export async function renewLeases(
  sql: Sql,
  workerId: string,
  runs: readonly Owned[],
  leaseMs: number,
): Promise<ReadonlySet<string>> {
  if (runs.length === 0) return new Set();
  const statement = { text: renewText, values: [...ownedValues(runs), workerId, String(leaseMs)] };
  return inTeams(sql, teamsOf(runs), statement, (rows) => new Set(rows.map((row) => row.id as string)));
}

const releaseText = `
update run r set worker_id = null, lease_until = null, claims = greatest(r.claims - 1, 0), dispatch_id = gen_random_uuid(),
  dispatch_due_at = clock_timestamp(), dispatch_taken_at = null, dispatch_sent_at = null
from (${ownedRows}) f
where r.team_id = f.team_id and r.id = f.id`;

/** See `RunStore.releaseLeases`. Whoever gives a run up in good order was not lost: the claim does not count. */
export async function releaseLeases(
  sql: Sql,
  workerId: string,
  runs: readonly Owned[],
  retry: RetryOptions,
): Promise<void> {
  if (runs.length === 0) return;
  const statement = { text: releaseText, values: [...ownedValues(runs), workerId] };
  await retrying(retry, () => inTeams(sql, teamsOf(runs), statement, () => undefined));
}

const countText = `
update run r set starts = r.starts + 1
where r.team_id = $1::text::uuid and r.id = $2::text::uuid and r.epoch = $3::text::int and r.ended_at is null
returning r.starts`;

/** See `RunStore.countStart`. */
export const countStart = (sql: Sql, { teamId, runId, epoch }: Owned): Promise<number | undefined> =>
  inTeams(
    sql,
    [teamId],
    { text: countText, values: [teamId, runId, String(epoch)] },
    ([row]) => row?.starts as number | undefined,
  );

const toldText = `
select r.team_id, r.id, r.signal_seq, a.folded as folded_signal_seq
from unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[]) as a (team_id, run_id, folded)
join run r on r.team_id = a.team_id and r.id = a.run_id and r.signal_seq > a.folded`;

/** See `RunStore.findSignals`. */
export async function findSignals(
  sql: Sql,
  runs: readonly { readonly teamId: string; readonly runId: string; readonly foldedSignalSeq: number }[],
): Promise<ReadonlyMap<string, readonly StoredSignal[]>> {
  if (runs.length === 0) return new Map();
  const values = [
    plainArray(runs, ({ teamId }) => teamId),
    plainArray(runs, ({ runId }) => runId),
    plainArray(runs, ({ foldedSignalSeq }) => foldedSignalSeq),
  ];
  return inTeams(sql, teamsOf(runs), { text: toldText, values }, (rows, tx) => readSignals(tx, rows));
}

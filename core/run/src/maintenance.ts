import type { Sql } from "postgres";
import { plainArray } from "./column";
import type { RunMaintenance } from "./store";
import { query } from "./transaction";

/** Order of rows that several statements may lock: by id, everywhere. */
const takeText = `
update run r set dispatch_due_at = null, dispatch_taken_at = clock_timestamp(), dispatch_sent_at = null
from (
  select team_id, id from run where dispatch_due_at <= clock_timestamp()
  order by dispatch_due_at limit $1::text::int for update skip locked
) f
where r.team_id = f.team_id and r.id = f.id
returning r.team_id, r.id, r.dispatch_id`;

/** What a worker has claimed by now needs no mark. */
const markText = `
update run r set dispatch_sent_at = clock_timestamp()
from (
  select l.team_id, l.id
  from unnest($1::text::uuid[], $2::text::uuid[]) as a (run_id, dispatch_id)
  join run l on l.id = a.run_id and l.dispatch_id = a.dispatch_id
  where l.lease_until is null and l.ended_at is null
  order by l.id for update of l
) f
where r.team_id = f.team_id and r.id = f.id`;

/**
 * Timers of runs that have ended go without a signal, and so does the expiry of a wait that was answered. Answers are
 * written before runs are locked, here as in `wait-answer.ts`, so that the two never wait for each other.
 */
const fireText = (purposes: string): string => `
with due as (
  delete from timer t using (
    select team_id, run_id, step_key, purpose, attempt from timer
    where due_at <= clock_timestamp() and ${purposes}
    order by due_at limit $1::text::int for update skip locked
  ) d
  where t.team_id = d.team_id and t.run_id = d.run_id and t.step_key = d.step_key and t.purpose = d.purpose
    and t.attempt = d.attempt
  returning t.*
), won as (
  insert into wait_answer (team_id, run_id, step_key, kind, token)
  select team_id, run_id, step_key, 'expiry', gen_random_uuid() from due where purpose in ('expiry', 'approval')
  order by team_id, run_id, step_key
  on conflict do nothing
  returning team_id, run_id, step_key
), loud as materialized (
  select due.* from due
  where purpose not in ('expiry', 'approval') or (team_id, run_id, step_key) in (select team_id, run_id, step_key from won)
  order by run_id
), numbered as (
  select loud.*, row_number() over (partition by run_id order by due_at, step_key) as number,
    count(*) over (partition by run_id) as total
  from loud
), locked as (
  select r.team_id, r.id from run r
  where (r.team_id, r.id) in (select team_id, run_id from loud) and r.ended_at is null
  order by r.id for update
), told as (
  update run r set
    signal_seq = r.signal_seq + n.total,
    active = true,
    dispatch_due_at = case when r.dispatch_id is null then clock_timestamp() else r.dispatch_due_at end,
    dispatch_taken_at = case when r.dispatch_id is null then null else r.dispatch_taken_at end,
    dispatch_sent_at = case when r.dispatch_id is null then null else r.dispatch_sent_at end,
    dispatch_id = coalesce(r.dispatch_id, gen_random_uuid())
  from locked l join numbered n on n.team_id = l.team_id and n.run_id = l.id and n.number = 1
  where r.team_id = l.team_id and r.id = l.id
  returning r.team_id, r.id, r.signal_seq
), inserted as (
  insert into signal (team_id, run_id, signal_seq, body)
  select t.team_id, t.id, t.signal_seq - n.total + n.number,
    case n.purpose when 'deadline' then '{"kind":"deadlinePassed"}'
      else json_build_object('kind', 'timerFired', 'stepKey', n.step_key, 'purpose', n.purpose, 'attempt', n.attempt)::text
    end
  from told t join numbered n on n.team_id = t.team_id and n.run_id = t.id
)
select count(*)::int as fired from due`;

const fireSteps = fireText("purpose <> 'deadline'");
const fireDeadlines = fireText("purpose = 'deadline'");

/**
 * Three kinds of run that nobody works on: the lease ran out; the doorbell was taken and never confirmed; it was confirmed
 * and nobody came, which is asked twice as long after each time, because a long queue is not a lost message. The last
 * owner stays named: until somebody claims the run, an owner that was only slow may renew its lease.
 */
const sweepText = `
update run r set lease_until = null, dispatch_id = gen_random_uuid(),
  dispatch_due_at = clock_timestamp(), dispatch_taken_at = null, dispatch_sent_at = null,
  dispatch_tries = case when r.dispatch_sent_at is null then r.dispatch_tries else least(r.dispatch_tries + 1, 10) end
from (
  select team_id, id from run
  where active and dispatch_due_at is null and (
    lease_until <= clock_timestamp()
    or (lease_until is null and (
      dispatch_id is null
      or (dispatch_sent_at is null and dispatch_taken_at <= clock_timestamp() - interval '5 seconds')
      or dispatch_sent_at <= clock_timestamp() - $1::text::float8 * 2 ^ dispatch_tries * interval '1 millisecond'
    ))
  )
  order by id limit 1000 for update skip locked
) f
where r.team_id = f.team_id and r.id = f.id
returning r.id`;

const voidText = `
update run r set worker_id = null, lease_until = null, dispatch_id = gen_random_uuid(),
  dispatch_due_at = clock_timestamp(), dispatch_taken_at = null, dispatch_sent_at = null
from (select team_id, id from run where active and lease_until is not null order by id for update) f
where r.team_id = f.team_id and r.id = f.id
returning r.id`;

/** Work across teams; `systemSql` connects as `dap_data_system`. Several processes may run it at once. */
export const createRunMaintenance = (systemSql: Sql): RunMaintenance => ({
  takeDispatches: async (limit) =>
    (await query(systemSql, { text: takeText, values: [String(limit)] })).map((row) => ({
      runId: row.id as string,
      teamId: row.team_id as string,
      dispatchId: row.dispatch_id as string,
    })),
  oldestDueMs: async () => {
    const text = `select (extract(epoch from clock_timestamp() - min(dispatch_due_at)) * 1000)::float8 as ms
      from run where dispatch_due_at <= clock_timestamp()`;
    const [row] = await query(systemSql, { text, values: [] });
    return row?.ms === null ? undefined : Number(row?.ms);
  },
  markDispatched: async (sent) => {
    if (sent.length === 0) return;
    const values = [plainArray(sent, ({ runId }) => runId), plainArray(sent, ({ dispatchId }) => dispatchId)];
    await query(systemSql, { text: markText, values });
  },
  fireTimers: (limit) => fire(systemSql, fireSteps, limit),
  sweep: async ({ unclaimedMs }) => {
    const deadlines = await fire(systemSql, fireDeadlines, 1000);
    const rows = await query(systemSql, { text: sweepText, values: [String(unclaimedMs)] });
    return { redispatched: rows.length, deadlines };
  },
  ensurePartitions: async () => {
    const [row] = await query(systemSql, { text: "select ensure_run_partitions(now(), 3) as made", values: [] });
    return row?.made as number;
  },
  voidLeases: async () => (await query(systemSql, { text: voidText, values: [] })).length,
});

async function fire(sql: Sql, text: string, limit: number): Promise<number> {
  const [row] = await query(sql, { text, values: [String(limit)] });
  return row?.fired as number;
}

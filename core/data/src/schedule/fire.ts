import type { AcceptedEvent, CatchUp, Json } from "@dap/contract";
import { dueTicks, jitterOf } from "@dap/engine";
import { semantics } from "@dap/expression";
import { newId } from "@dap/platform/id";
import type { Logger } from "@dap/platform/log";
import type { Connection } from "@dap/platform/postgres";
import { acceptRunsIn, failureKind } from "@dap/run";
import { arm, ticksOf } from "./rule";

type Sql = Connection["sql"];
type TransactionSql = Parameters<typeof acceptRunsIn>[0];

export type FireDeps = {
  /** As `dap_data_system`: finds what is due, of all teams. */
  readonly systemSql: Sql;
  /** As `dap_data`: fires it, in the name of its teams. */
  readonly sql: Sql;
  readonly log: Logger;
  /** A tick that is later than this was missed, and its schedule's policy decides. */
  readonly lateMs: number;
  /** Unix time, for tests; without it the database's clock, which is everybody's. */
  readonly nowMs?: () => number;
};

/** A due schedule; of two schedulers one gets it, and the other may look in vain. */
type DueKey = { readonly team_id: string; readonly workflow_id: string };
export type Fired = { readonly found: number; readonly taken: number; readonly runs: number };

type Row = DueKey & {
  readonly version: number;
  readonly name: string;
  readonly cron: string | null;
  readonly every_ms: number | null;
  readonly zone: string;
  readonly catch_up: string;
  readonly jitter_ms: number;
  readonly input: string;
  readonly deadline_ms: number | null;
  readonly next_ms: number;
  readonly armed_ms: number;
  readonly now_ms: number;
};

/** Taken at a time, in one transaction. */
export const fireMax = 200;
/** A clock that stands this far before the instant of the last look was set back. */
const backMs = 5_000;

/**
 * Fires what is due: ticks, their runs and the schedules' next instants are committed together or not at all, so that it
 * may be done by any number of processes, and break off anywhere.
 */
export async function fireSchedules(deps: FireDeps): Promise<Fired> {
  const now = deps.nowMs?.() ?? null;
  const keys = await deps.systemSql<DueKey[]>`
    select s.team_id, s.workflow_id
    from schedule s, (select coalesce(to_timestamp(${now}::float8 / 1000), clock_timestamp()) as now) c
    where s.due_at <= c.now or (s.due_at is not null and s.armed_at > c.now + ${backMs} * interval '1 millisecond')
    order by s.due_at limit ${fireMax}`;
  if (keys.length === 0) return { found: 0, taken: 0, runs: 0 };
  const { taken, runs } = await fireThese(deps, keys, now).catch(async (error) => {
    if (keys.length === 1 || isOfTheConnection(error)) throw error;
    // One of them may be what cannot be done: it shall not stand in the way of the others.
    deps.log.warn("Due schedules are fired one by one.", { count: keys.length, error });
    return fireEach(deps, keys, now);
  });
  return { found: keys.length, taken, runs };
}

const isOfTheConnection = (error: unknown) => ["transient", "unknown"].includes(failureKind(error));

async function fireEach(deps: FireDeps, keys: readonly DueKey[], now: number | null): Promise<Omit<Fired, "found">> {
  let [taken, runs] = [0, 0];
  let failed: unknown;
  for (const key of keys) {
    const done = await fireThese(deps, [key], now).catch((error) => {
      deps.log.error("A schedule could not be fired.", { teamId: key.team_id, workflowId: key.workflow_id, error });
      failed = error;
      return { taken: 0, runs: 0 };
    });
    taken += done.taken;
    runs += done.runs;
  }
  // It is due still: whoever looks again at once would only fail again.
  if (failed !== undefined) throw failed;
  return { taken, runs };
}

async function fireThese({ sql, log, lateMs }: FireDeps, keys: readonly DueKey[], now: number | null) {
  const done = await sql.begin(async (tx) => {
    const rows = await takeRows(tx, keys, now);
    if (rows.length === 0) return { taken: 0, runs: 0 };
    const plans = rows.map((row) => planOf(row, lateMs, log));
    const runs = await startTicks(
      tx,
      plans.flatMap(({ starts }) => starts),
    );
    await rearm(tx, plans);
    return { taken: rows.length, runs };
  });
  return done as { taken: number; runs: number }; // postgres.js unwraps arrays of promises in its type only
}

async function takeRows(tx: TransactionSql, keys: readonly DueKey[], now: number | null): Promise<readonly Row[]> {
  const teams = `{${[...new Set(keys.map((key) => key.team_id))].join(",")}}`;
  await tx`select set_config('app.teams', ${teams}, true), set_config('synchronous_commit', 'on', true)`;
  const ids = (read: (key: DueKey) => string) => `{${keys.map(read).join(",")}}`;
  return tx<Row[]>`
    select s.team_id, s.workflow_id, s.version, s.name, s.cron, s.every_ms::float8 as every_ms, s.zone, s.catch_up,
      s.jitter_ms, s.input, s.deadline_ms::float8 as deadline_ms,
      round(extract(epoch from s.next_at) * 1000)::float8 as next_ms,
      round(extract(epoch from s.armed_at) * 1000)::float8 as armed_ms,
      floor(extract(epoch from c.now) * 1000)::float8 as now_ms
    from schedule s
    join unnest(${ids((key) => key.team_id)}::text::uuid[], ${ids((key) => key.workflow_id)}::text::uuid[])
      as k (team_id, workflow_id) on k.team_id = s.team_id and k.workflow_id = s.workflow_id
    cross join (select coalesce(to_timestamp(${now}::float8 / 1000), clock_timestamp()) as now) c
    where s.due_at <= c.now or (s.due_at is not null and s.armed_at > c.now + ${backMs} * interval '1 millisecond')
    order by s.team_id, s.workflow_id
    for update of s skip locked`;
}

type Start = { readonly row: Row; readonly nominalMs: number; readonly runId: string };
type Plan = { readonly row: Row; readonly starts: readonly Start[]; readonly nextMs: number | undefined };

function planOf(row: Row, lateMs: number, log: Logger): Plan {
  const ticks = ticksOf({ cron: row.cron, everyMs: row.every_ms, zone: row.zone });
  const about = { teamId: row.team_id, workflowId: row.workflow_id };
  if (row.armed_ms > row.now_ms + backMs) {
    log.warn("The clock was set back: a schedule waits for its next tick anew.", about);
    return { row, starts: [], nextMs: ticks.next(row.now_ms) };
  }
  const { fire, isCut, nextMs } = dueTicks(ticks, {
    nextMs: row.next_ms,
    nowMs: row.now_ms,
    // Written by `settleSchedule` from a document that was read.
    catchUp: JSON.parse(row.catch_up) as CatchUp,
    shiftMs: jitterOf(row.workflow_id, row.jitter_ms),
    lateMs,
  });
  if (isCut)
    log.warn("Ticks were missed and are not made up for.", { ...about, sinceMs: row.next_ms, fired: fire.length });
  return { row, starts: fire.map((nominalMs) => ({ row, nominalMs, runId: newId() })), nextMs };
}

/** Starts the runs of those ticks that nobody has fired; gives how many. */
async function startTicks(tx: TransactionSql, starts: readonly Start[]): Promise<number> {
  if (starts.length === 0) return 0;
  const column = (read: (start: Start) => string | number) => `{${starts.map(read).join(",")}}`;
  const fresh = await tx<{ run_id: string }[]>`
    insert into schedule_tick (team_id, workflow_id, nominal_at, run_id)
    select t.team_id, t.workflow_id, to_timestamp(t.ms / 1000), t.run_id
    from unnest(${column(({ row }) => row.team_id)}::text::uuid[], ${column(({ row }) => row.workflow_id)}::text::uuid[],
      ${column(({ nominalMs }) => nominalMs)}::text::float8[], ${column(({ runId }) => runId)}::text::uuid[])
      as t (team_id, workflow_id, ms, run_id)
    on conflict do nothing
    returning run_id`;
  const ids = new Set(fresh.map(({ run_id }) => run_id));
  const kept = starts.filter(({ runId }) => ids.has(runId));
  await acceptRunsIn(
    tx,
    kept.map(({ row, nominalMs, runId }) => ({
      accepted: acceptedEvent(row, nominalMs, runId),
      ...(row.deadline_ms !== null && { deadlineAtMs: row.now_ms + row.deadline_ms }),
    })),
  );
  return kept.length;
}

const acceptedEvent = (row: Row, nominalMs: number, runId: string): AcceptedEvent => ({
  kind: "accepted",
  atMs: row.now_ms,
  runId,
  teamId: row.team_id,
  workflow: { id: row.workflow_id, name: row.name, version: row.version },
  semantics,
  triggerKind: "schedule",
  // Written by `settleSchedule` with JSON.stringify.
  trigger: { scheduledAt: new Date(nominalMs).toISOString(), body: JSON.parse(row.input) as Json },
  vars: {},
});

async function rearm(tx: TransactionSql, plans: readonly Plan[]): Promise<void> {
  const armed = plans.map(({ row, nextMs }) => ({ row, ...arm(row.workflow_id, row.jitter_ms, nextMs) }));
  const column = (read: (one: (typeof armed)[number]) => string | number | undefined) =>
    `{${armed.map((one) => read(one) ?? "null").join(",")}}`;
  await tx`
    update schedule s set
      next_at = to_timestamp(a.next_ms / 1000), due_at = to_timestamp(a.due_ms / 1000),
      armed_at = to_timestamp(a.now_ms / 1000)
    from unnest(${column(({ row }) => row.team_id)}::text::uuid[], ${column(({ row }) => row.workflow_id)}::text::uuid[],
      ${column(({ nextAt }) => nextAt?.getTime())}::text::float8[], ${column(({ dueAt }) => dueAt?.getTime())}::text::float8[],
      ${column(({ row }) => row.now_ms)}::text::float8[]) as a (team_id, workflow_id, next_ms, due_ms, now_ms)
    where s.team_id = a.team_id and s.workflow_id = a.workflow_id`;
}

/** Milliseconds until the next schedule is due by the database's clock; `undefined` when none is waiting. */
export async function untilDue({ systemSql }: Pick<FireDeps, "systemSql">): Promise<number | undefined> {
  const [row] = await systemSql<{ ms: number | null }[]>`
    select (extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as ms from schedule where due_at is not null`;
  return row?.ms ?? undefined;
}

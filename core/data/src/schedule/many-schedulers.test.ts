import { expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "@dap/platform/log";
import { type Connection, connect } from "@dap/platform/postgres";
import { createTestDatabase } from "@dap/platform/test-postgres";
import { fireSchedules } from "./fire";
import { ticksOf } from "./rule";

const minuteMs = 60_000;
const base = Date.parse("2026-03-29T00:00:00Z");
const simulatedMs = 4 * 60 * minuteMs;
const schedulesMax = 1_000;
/** Also across the change of Berlin's clocks, which falls into the simulated hours. */
const rules = [
  { cron: "*/20 * * * *", everyMs: null, zone: "Europe/Berlin" },
  { cron: "30 2 * * *", everyMs: null, zone: "Europe/Berlin" },
  { cron: "0 * * * *", everyMs: null, zone: "Asia/Kathmandu" },
  { cron: null, everyMs: 45 * minuteMs, zone: "UTC" },
  { cron: null, everyMs: 37 * minuteMs, zone: "UTC" },
] as const;

const seed = Number(process.env.DAP_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Mulberry32: numbers in [0, 1) that a seed repeats. */
function chanceOf(state: number): () => number {
  let at = state;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), at | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Scheduler = { readonly name: string; readonly own: Connection; readonly system: Connection; isDead: boolean };

test(`three schedulers with 1,000 schedules, two of them killed, fire exactly the expected ticks (DAP_SEED=${seed})`, async () => {
  const database = await createTestDatabase({ migrations: [join(import.meta.dir, "../database/migration")] });
  const admin = connect(database.adminUrl, { max: 2, applicationName: "test" });
  const chance = chanceOf(seed);
  const schedulers = Array.from({ length: 3 }, (_, n): Scheduler => {
    const open = (role: "dap_data" | "dap_data_system") =>
      connect(database.roleUrl(role), { max: 2, applicationName: `scheduler ${n}` });
    return { name: `scheduler ${n}`, own: open("dap_data"), system: open("dap_data_system"), isDead: false };
  });
  try {
    await seedSchedules(admin);
    const kills = [0, 1].map((n) => (n + chance()) * (simulatedMs / 3));
    let [failures, killed] = [0, 0];
    for (let elapsed = 0, isDone = false; !isDone; ) {
      const nowMs = base + elapsed;
      const isBusy = (await admin.sql`select 1 from schedule where due_at <= ${new Date(nowMs)} limit 1`).length > 0;
      const living = schedulers.filter(({ isDead }) => !isDead);
      const passes = living.map(({ own, system }) =>
        fireSchedules({
          systemSql: system.sql,
          sql: own.sql,
          log: silentLogger,
          lateMs: 10 * minuteMs,
          nowMs: () => nowMs,
        }).catch(() => {
          failures += 1;
          return { found: 1, taken: 0, runs: 0 };
        }),
      );
      const killAt = kills[killed];
      if (killAt !== undefined && killAt <= elapsed && isBusy) {
        const victim = living[Math.floor(chance() * living.length)];
        await Bun.sleep(chance() * 10);
        if (victim && (await breakOff(admin, victim, Promise.all(passes)))) {
          victim.isDead = true;
          killed += 1;
        }
      }
      const done = await Promise.all(passes);
      if (done.some(({ found }) => found > 0)) continue;
      isDone = elapsed === simulatedMs;
      elapsed = Math.min(elapsed + minuteMs * (1 + Math.floor(chance() * 4)), simulatedMs);
    }
    expect(killed).toBe(2);
    expect(failures).toBeGreaterThan(0);
    console.log(`schedules ${schedulesMax}, schedulers killed ${killed}, passes broken off ${failures}, seed ${seed}`);
    await expectExactly(admin);
  } finally {
    await Promise.all(schedulers.flatMap(({ own, system }) => [own.close(), system.close()]));
    await admin.close();
    await database.drop();
  }
}, 120_000);

/** Cuts a scheduler's connection in the middle of a transaction, as if its process were killed; false when it made none. */
async function breakOff({ sql }: Connection, { name, own }: Scheduler, passes: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  void passes.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const writing = await sql`
      select 1 from pg_stat_activity where application_name = ${name} and backend_xid is not null`;
    if (writing.length === 0) continue;
    await own.sql.end({ timeout: 0 });
    return true;
  }
  return false;
}

const teamOf = (n: number) => `01890000-0000-7000-8000-0000000000${(16 + (n % 20)).toString(16)}`;
const workflowOf = (n: number) => `01890000-0000-7000-9000-${n.toString(16).padStart(12, "0")}`;
const ruleAt = (n: number) => rules[n % rules.length] ?? rules[0];
const nextOf = (n: number, afterMs: number) => ticksOf(ruleAt(n)).next(afterMs) ?? 0;

async function seedSchedules({ sql }: Connection): Promise<void> {
  const numbers = Array.from({ length: schedulesMax }, (_, n) => n);
  const owners = numbers.map((n) => ({ team_id: teamOf(n), id: workflowOf(n) }));
  await sql`insert into workflow ${sql(owners.map((owner) => ({ ...owner, name: "w", draft: "{}" })))}`;
  await sql`insert into workflow_version ${sql(
    owners.map(({ team_id, id }) => ({
      team_id,
      workflow_id: id,
      version: 1,
      name: "w",
      trigger_kind: "schedule",
      document: "{}",
      created_by_kind: "account",
      created_by_id: "a",
    })),
  )}`;
  const rows = numbers.map((n) => {
    const { cron, everyMs: every_ms, zone } = ruleAt(n);
    const at = new Date(nextOf(n, base - 1));
    const owner = { team_id: teamOf(n), workflow_id: workflowOf(n), version: 1, name: "w" };
    const policy = { catch_up: '"skip"', jitter_ms: 0, input: "null", paused: false };
    return { ...owner, cron, every_ms, zone, ...policy, next_at: at, due_at: at, armed_at: new Date(base - 1) };
  });
  await sql`insert into schedule ${sql(rows)}`;
}

/** Every expected tick once with one run, and nothing else. */
async function expectExactly({ sql }: Connection): Promise<void> {
  const expected: string[] = [];
  for (let n = 0; n < schedulesMax; n += 1)
    for (let at = nextOf(n, base - 1); at <= base + simulatedMs; at = nextOf(n, at))
      expected.push(`${workflowOf(n)} ${at}`);
  const ticks = await sql<{ id: string; ms: number }[]>`
    select workflow_id as id, (extract(epoch from nominal_at) * 1000)::float8 as ms from schedule_tick`;
  const runs = await sql<{ id: string; at: string }[]>`
    select workflow_id as id, opening::json -> 0 -> 'trigger' ->> 'scheduledAt' as at from run`;
  expect(expected.length).toBeGreaterThan(4_000);
  const sorted = (list: readonly string[]) => list.toSorted().join("\n");
  expect(sorted(ticks.map(({ id, ms }) => `${id} ${ms}`))).toBe(sorted(expected));
  expect(sorted(runs.map(({ id, at }) => `${id} ${Date.parse(at)}`))).toBe(sorted(expected));
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { silentLogger } from "@dap/platform/log";
import { type Connection, connect } from "@dap/platform/postgres";
import { createTestApp, type TestApp, teamA } from "../test-app";
import { fireSchedules } from "./fire";
import { startScheduler } from "./scheduler";

let app: TestApp;
let [own, system, admin]: Connection[] = [];
beforeAll(async () => {
  app = await createTestApp();
  const open = (url: string) => connect(url, { max: 3, applicationName: "test" });
  const { roleUrl, adminUrl } = app.database;
  [own, system, admin] = [open(roleUrl("dap_data")), open(roleUrl("dap_data_system")), open(adminUrl)];
}, 60_000);
afterAll(async () => {
  await Promise.all([own, system, admin].map((one) => one?.close()));
  await app.close();
});
beforeEach(async () => {
  await sqlOf(admin)`delete from schedule`;
});

const sqlOf = (connection: Connection | undefined) => {
  if (!connection) throw new Error("the test did not begin");
  return connection.sql;
};
const hourMs = 3_600_000;
/** On the hour, in the past: ticks of the tests are far from those of the machine's clock. */
const base = Date.parse("2026-03-01T00:00:00Z");
const fire = (nowMs?: number) =>
  fireSchedules({
    systemSql: sqlOf(system),
    sql: sqlOf(own),
    log: silentLogger,
    lateMs: 10_000,
    ...(nowMs !== undefined && { nowMs: () => nowMs }),
  });

const document = (trigger: object) => ({
  dap: 1,
  name: "Tick",
  trigger: { kind: "schedule", ...trigger },
  steps: [{ id: "a", use: "transform.set", with: { at: "{{ trigger.scheduledAt }}" } }],
});

async function publish(trigger: object): Promise<string> {
  const { id } = (await app.ask("POST", "/workflows", { body: { document: document(trigger) } })).body;
  expect((await app.ask("POST", `/workflows/${id}/publish`)).status).toBe(200);
  return id;
}

/** As if the schedule had been dealt with until just before `nextMs`. */
const rest = (workflowId: string, nextMs: number) => sqlOf(admin)`
  update schedule set next_at = to_timestamp(${nextMs / 1000}), due_at = to_timestamp(${nextMs / 1000}),
    armed_at = to_timestamp(${nextMs / 1000 - 1}) where workflow_id = ${workflowId}`;

const row = async (workflowId: string) => (await app.ask("GET", `/workflows/${workflowId}`)).body.schedule;
/** The nominal ticks that were fired, with what their runs began with. */
const fired = async (workflowId: string): Promise<string[]> => {
  const rows = await sqlOf(admin)<{ at: Date; opening: string }[]>`
    select t.nominal_at as at, r.opening from schedule_tick t join run r on r.id = t.run_id and r.team_id = t.team_id
    where t.workflow_id = ${workflowId} order by t.nominal_at`;
  for (const { at, opening } of rows)
    expect(JSON.parse(opening)[0]).toMatchObject({
      triggerKind: "schedule",
      trigger: { scheduledAt: at.toISOString() },
    });
  return rows.map(({ at }) => at.toISOString());
};
const iso = (ms: number) => new Date(ms).toISOString();

describe("a published schedule", () => {
  test("shows its next ticks, rests while paused, and goes with its trigger or its workflow", async () => {
    const id = await publish({ cron: "0 9 * * *", zone: "Europe/Berlin", catchUp: "once", jitterMs: 60_000 });
    const { nextAt } = await row(id);
    expect(Date.parse(nextAt)).toBeGreaterThan(Date.now());
    const mine = async () =>
      (await app.ask("GET", "/schedules")).body.items.find((item: { workflowId: string }) => item.workflowId === id);
    expect(await mine()).toMatchObject({
      cron: "0 9 * * *",
      everyMs: null,
      catchUp: "once",
      paused: false,
      version: 1,
    });
    expect((await mine()).nextTicks).toHaveLength(5);
    expect((await mine()).nextTicks[0]).toBe(nextAt);

    await app.ask("POST", `/workflows/${id}/pause`);
    expect(await row(id)).toMatchObject({ cron: "0 9 * * *", nextAt: null });
    expect(await mine()).toMatchObject({ paused: true, nextTicks: [] });
    await app.ask("POST", `/workflows/${id}/publish`);
    expect(await mine()).toMatchObject({ paused: true, version: 2 });
    await app.ask("POST", `/workflows/${id}/resume`);
    expect((await row(id)).nextAt).toBe(nextAt);

    const other = { dap: 1, name: "By hand", trigger: { kind: "manual" }, steps: [] };
    const etag = (await app.ask("GET", `/workflows/${id}`)).headers.get("etag") ?? "";
    await app.ask("PUT", `/workflows/${id}/draft`, { body: other, headers: { "if-match": etag } });
    await app.ask("POST", `/workflows/${id}/publish`);
    expect(await row(id)).toBeNull();
    await app.ask("POST", `/workflows/${id}/rollback`, { body: { version: 1 } });
    expect((await mine()).version).toBe(4);
    await app.ask("DELETE", `/workflows/${id}`);
    expect(await mine()).toBeUndefined();
  });

  test("is seen by its own team alone, and previewed by the checker", async () => {
    const id = await publish({ everyMs: 60_000 });
    expect((await app.ask("GET", "/schedules", { as: "stranger" })).status).toBe(404);
    expect((await app.ask("GET", "/schedules", { as: "viewer" })).body.items).toHaveLength(1);
    expect((await app.ask("GET", "/schedules?cursor=x")).status).toBe(422);
    const check = async (trigger: object) =>
      (await app.ask("POST", `/workflows/${id}/check`, { body: { document: document(trigger) } })).body;
    expect((await check({ cron: "0 9 * * *" })).nextTicks).toHaveLength(5);
    const wrong = await check({ cron: "0 9 * *" });
    expect(wrong.problems[0].code).toBe("INVALID_CRON");
    expect(wrong.nextTicks).toBeUndefined();
  });

  test("started by hand has the trigger of a tick", async () => {
    const id = await publish({ everyMs: 60_000, input: { n: 1 } });
    const { runId } = (await app.ask("POST", `/workflows/${id}/runs`, { body: {} })).body;
    const { items } = (await app.ask("GET", `/runs/${runId}/events`)).body;
    expect(items[0].event.trigger).toEqual({ scheduledAt: expect.any(String), body: { n: 1 } });
  });
});

describe("firing", () => {
  test("starts a run with its tick, its constant and its deadline, and moves on without drift", async () => {
    const body = { document: { ...document({ everyMs: hourMs, input: { n: [1] } }), deadlineMs: 5_000 } };
    const { id } = (await app.ask("POST", "/workflows", { body })).body;
    await app.ask("POST", `/workflows/${id}/publish`);
    await rest(id, base);
    expect(await fire(base - 1)).toEqual({ found: 0, taken: 0, runs: 0 });
    expect(await fire(base + 4_321)).toEqual({ found: 1, taken: 1, runs: 1 });
    expect(await fired(id)).toEqual([iso(base)]);
    expect((await row(id)).nextAt).toBe(iso(base + hourMs));
    const [run] = (await app.ask("GET", `/runs?workflowId=${id}`)).body.items;
    expect(run).toMatchObject({ trigger: "schedule", version: 1, status: "queued" });
    const [timer] = await sqlOf(admin)`select purpose, due_at from timer where run_id = ${run.id}`;
    expect(timer).toMatchObject({ purpose: "deadline", due_at: new Date(base + 4_321 + 5_000) });
    expect((await app.maintenance.takeDispatches(500)).map(({ runId }) => runId)).toContain(run.id);
  });

  test("after three hours of rest fires none, one, or so many in order, by the policy", async () => {
    for (const [catchUp, expected] of [
      ["skip", []],
      ["once", [3]],
      [{ upTo: 2 }, [2, 3]],
      [{ upTo: 9 }, [1, 2, 3]],
    ] as const) {
      const id = await publish({ everyMs: hourMs, catchUp });
      await rest(id, base + hourMs);
      await fire(base + 3.5 * hourMs);
      expect(await fired(id)).toEqual(expected.map((n) => iso(base + n * hourMs)));
      expect((await row(id)).nextAt).toBe(iso(base + 4 * hourMs));
    }
  });

  test("fires no tick twice when the clock goes back an hour, and goes on at once", async () => {
    const id = await publish({ everyMs: 600_000 });
    await rest(id, base);
    for (let minute = 0; minute <= 60; minute += 10) await fire(base + minute * 60_000);
    expect(await fired(id)).toHaveLength(7);
    for (let minute = 5; minute <= 95; minute += 5) await fire(base + minute * 60_000);
    expect(await fired(id)).toEqual(Array.from({ length: 10 }, (_, n) => iso(base + n * 600_000)));
  });

  test("takes a clock two days ahead for a rest, with a bounded catch-up, and the way back for none", async () => {
    const id = await publish({ everyMs: hourMs, catchUp: { upTo: 3 } });
    await rest(id, base);
    await fire(base);
    await fire(base + 48.5 * hourMs);
    expect(await fired(id)).toEqual([0, 46, 47, 48].map((n) => iso(base + n * hourMs)));
    for (let n = 1; n <= 50; n += 1) await fire(base + n * hourMs + 1_000);
    expect((await fired(id)).length).toBe(51 - 1);
    expect(new Set(await fired(id)).size).toBe(50);
  });

  test("leaves nothing behind when it breaks off, and does the whole of it the next time", async () => {
    const id = await publish({ everyMs: hourMs });
    await rest(id, base);
    await sqlOf(admin).unsafe(`
      create function break_off() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
      create trigger break_off before update on schedule for each row execute function break_off()`);
    expect(await fire(base).catch((error) => String(error))).toContain("broken off");
    expect(await fired(id)).toEqual([]);
    expect((await app.ask("GET", `/runs?workflowId=${id}`)).body.items).toEqual([]);
    await sqlOf(admin).unsafe("drop trigger break_off on schedule; drop function break_off()");
    await fire(base);
    expect(await fired(id)).toEqual([iso(base)]);
  });

  test("of many schedules is not held up by one that cannot be fired", async () => {
    const [broken, sound] = [await publish({ everyMs: hourMs }), await publish({ everyMs: hourMs })];
    await Promise.all([rest(broken, base), rest(sound, base)]);
    await sqlOf(admin)`update schedule set input = 'no JSON' where workflow_id = ${broken}`;
    expect(await fire(base).catch((error) => String(error))).toContain("JSON");
    expect(await fired(sound)).toEqual([iso(base)]);
  });

  test("waits for a transaction that pauses, and then does not fire", async () => {
    const id = await publish({ everyMs: hourMs });
    await rest(id, base);
    await sqlOf(own).begin(async (tx) => {
      await tx`select set_config('app.teams', ${`{${teamA}}`}, true)`;
      await tx`update schedule set paused = true, next_at = null, due_at = null where workflow_id = ${id}`;
      expect(await fire(base)).toEqual({ found: 1, taken: 0, runs: 0 });
    });
    expect(await fire(base)).toEqual({ found: 0, taken: 0, runs: 0 });
    expect(await fired(id)).toEqual([]);
  });
});

describe("a scheduler", () => {
  test("sleeps until a tick is due by the database's clock, is woken by a change, and tells the relay", async () => {
    let told = 0;
    const wakeRelay = () => {
      told += 1;
    };
    const deps = { systemSql: sqlOf(system), sql: sqlOf(own), log: silentLogger, lateMs: 10_000, wakeRelay };
    const scheduler = startScheduler({ ...deps, pollMs: 60_000 });
    await Bun.sleep(50);
    const id = await publish({ everyMs: 1_000 });
    scheduler.wake();
    await Bun.sleep(2_300);
    await scheduler.stop();
    const ticks = await fired(id);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(3);
    expect(told).toBe(ticks.length);
  });
});

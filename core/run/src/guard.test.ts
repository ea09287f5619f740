import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { withTeams } from "@dap/platform/postgres";
import { claimNewRun, commitOf, endedEvent, openRunDatabase, type RunDatabase } from "./test-run";

let runs: RunDatabase;
const teamId = newId();
beforeAll(async () => {
  runs = await openRunDatabase();
});
afterAll(() => runs.close());

const tables = ["run", "run_event", "step_commit", "timer", "signal", "idempotency"];

describe("the tables of runs", () => {
  test("force row-level security on every one, and give no application role its partitions", async () => {
    const rows = await runs.admin.sql`
      select relname, relrowsecurity and relforcerowsecurity as forced from pg_class
      where relname = any (${tables}) and relkind in ('r', 'p')`;
    expect(rows).toHaveLength(tables.length);
    expect(rows.every(({ forced }) => forced)).toBe(true);
    const [open] = await runs.admin.sql`
      select count(*)::int as n from pg_inherits i cross join unnest(array['dap_data', 'dap_compute', 'dap_edge']) role
      where has_table_privilege(role, i.inhrelid, 'select, insert, update, delete')`;
    expect(open?.n).toBe(0);
  });

  test("show and take nothing of another team", async () => {
    const { accepted } = await claimNewRun(runs, teamId);
    const stranger = newId();
    expect(await runs.data.findRun(stranger, accepted.runId)).toBeUndefined();
    expect(await runs.data.readEvents(stranger, accepted.runId, 0, 10)).toEqual([]);
    expect(await runs.data.signalRun(stranger, accepted.runId, { kind: "deadlinePassed" })).toBe("missing");
    expect((await runs.data.listRuns(stranger, { limit: 10 })).items).toEqual([]);
    for (const role of ["dap_data", "dap_compute", "dap_edge"] as const) {
      const { sql } = runs.open(role, 1);
      expect(await sql`select id from run`).toHaveLength(0);
      expect(
        await withTeams(sql, [stranger], (tx) => tx`select id from run where id = ${accepted.runId}`),
      ).toHaveLength(0);
      const crossing = withTeams(
        sql,
        [stranger],
        (tx) => tx`
          insert into run (team_id, id, workflow_id, workflow_name, version, trigger_kind, status, active, last_seq,
            created_at, opening, opening_count)
          values (${teamId}, ${newId()}, ${newId()}, 'w', 1, 'manual', 'queued', true, 1, now(), '[]', 1)`,
      );
      await expect(crossing).rejects.toThrow(/row-level security|permission denied/);
      await crossing.catch(() => {});
    }
  });

  test("refuse to change an ended run, whoever asks", async () => {
    const { claimed } = await claimNewRun(runs, teamId);
    const ended = endedEvent();
    await runs.compute.commitRuns([
      commitOf(claimed, { events: [ended], next: { kind: "end", outcome: ended.outcome } }),
    ]);
    const { id } = claimed.run;
    const { sql } = runs.open("dap_compute", 1);
    const reopen = withTeams(
      sql,
      [teamId],
      (tx) => tx`update run set status = 'running', ended_at = null where id = ${id}`,
    );
    await expect(reopen).rejects.toThrow(/never changes/);
    const asAdmin = async () => void (await runs.admin.sql`update run set status = 'failed' where id = ${id}`);
    await expect(asAdmin()).rejects.toThrow(/never changes/);
    expect(await runs.data.signalRun(teamId, id, { kind: "deadlinePassed" })).toBe("ended");
  });

  test("give no application role the right to rewrite what happened", async () => {
    const rights = await runs.admin.sql`
      select role, t, right_name from unnest(array['dap_data', 'dap_data_system', 'dap_compute', 'dap_edge']) role
      cross join unnest(array['run_event', 'step_commit', 'idempotency']) t
      cross join unnest(array['update', 'delete', 'truncate']) right_name
      where has_table_privilege(role, t, right_name)
        or (right_name = 'update' and has_any_column_privilege(role, t, 'update'))`;
    expect([...rights]).toEqual([]);
    const opening = await runs.admin.sql`
      select role from unnest(array['dap_data', 'dap_data_system', 'dap_compute', 'dap_edge']) role
      where has_column_privilege(role, 'run', 'opening', 'update') or has_table_privilege(role, 'run', 'delete')`;
    expect([...opening]).toEqual([]);
  });
});

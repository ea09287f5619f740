import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Connection, connect } from "@dap/platform/postgres";
import { createTestDatabase } from "@dap/platform/test-postgres";
import { sql } from "drizzle-orm";
import { inTeam } from "./connection";
import { requestKey } from "./table/request-key";
import { teamSetup } from "./table/team-setup";

const teamA = "01890000-0000-7000-8000-00000000000a";
const teamB = "01890000-0000-7000-8000-00000000000b";
/** What no team owns. */
const shared = ["edge_seen"];

let admin: Connection;
let app: Connection;
let system: Connection;
let edge: Connection;
beforeAll(async () => {
  const database = await createTestDatabase({ migrations: [join(import.meta.dir, "migration")] });
  const open = (url: string) => connect(url, { max: 3, applicationName: "test" });
  admin = open(database.adminUrl);
  app = open(database.roleUrl("dap_data"));
  system = open(database.roleUrl("dap_data_system"));
  edge = open(database.roleUrl("dap_edge"));
}, 60_000);
afterAll(() => Promise.all([admin, app, system, edge].map(({ close }) => close())));

describe("the data database", () => {
  test("forces row-level security with a checked policy on every table that a team owns", async () => {
    const tables = await admin.sql<{ name: string; forced: boolean; checked: boolean; keyed: boolean }[]>`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polqual is not null and p.polwithcheck is not null)
          as checked,
        exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'team_id' and a.attnotnull) as keyed
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition`;
    const owned = tables.filter(({ name }) => !shared.includes(name));
    expect(owned.length).toBeGreaterThan(9);
    expect(owned.filter(({ forced, checked, keyed }) => !(forced && checked && keyed))).toEqual([]);
  });

  test("lets no service's role own a table or pass the policies", async () => {
    const mighty = await admin.sql`
      select rolname from pg_roles where rolname like 'dap\\_%' and rolname <> 'dap_test_owner'
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`;
    const owning = await admin.sql`
      select c.relname from pg_class c join pg_roles r on r.oid = c.relowner join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and r.rolname in ('dap_data', 'dap_data_system', 'dap_compute', 'dap_edge')`;
    expect([...mighty, ...owning]).toEqual([]);
  });

  test("shows nothing to a transaction that names no team, and nothing of another one", async () => {
    await inTeam(app.db, teamA, (tx) => tx.insert(teamSetup).values({ teamId: teamA }));
    expect(await app.db.select().from(teamSetup)).toEqual([]);
    expect(await inTeam(app.db, teamB, (tx) => tx.select().from(teamSetup))).toEqual([]);
    expect(await inTeam(app.db, teamA, (tx) => tx.select().from(teamSetup))).toHaveLength(1);
  });

  test("refuses a row for another team, and a reference into one", async () => {
    const write = inTeam(app.db, teamA, (tx) => tx.insert(teamSetup).values({ teamId: teamB }));
    expect(await write.catch((error) => String(error.cause))).toContain("row-level security");
    await admin.sql`insert into workflow (team_id, id, name, draft) values (${teamB}, ${teamB}, 'b', '{}')`;
    const reach = inTeam(app.db, teamA, (tx) =>
      tx.execute(sql`insert into workflow_version
        (team_id, workflow_id, version, name, trigger_kind, document, created_by_kind, created_by_id)
        values (${teamA}, ${teamB}, 1, 'x', 'manual', '{}', 'account', 'a')`),
    );
    expect(await reach.catch((error) => String(error.cause))).toContain("foreign key");
  });

  test("keeps two teams apart on pooled connections", async () => {
    const seen = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        inTeam(app.db, n % 2 ? teamA : teamB, (tx) =>
          tx.execute<{ team: string }>(sql`select current_setting('app.teams') as team`),
        ),
      ),
    );
    expect(seen.every(([row], n) => row?.team === `{${n % 2 ? teamA : teamB}}`)).toBe(true);
  });

  test("lets nobody change a version, and the edge read no document", async () => {
    const change = inTeam(app.db, teamA, (tx) => tx.execute(sql`update workflow_version set document = 'x'`));
    expect(await change.catch((error) => String(error.cause))).toContain("permission denied");
    for (const table of ["workflow", "workflow_version", "endpoint", "request_key"]) {
      const read = edge.sql`select 1 from ${edge.sql(table)}`;
      expect(await read.catch((error) => String(error))).toContain("permission denied");
    }
  });

  test("lets the system role sweep old keys of all teams without reading them", async () => {
    const row = { scope: "s", key: "k", fingerprint: "f" };
    await inTeam(app.db, teamA, (tx) => tx.insert(requestKey).values({ ...row, teamId: teamA }));
    await admin.sql`update request_key set created_at = now() - interval '25 hours'`;
    const read = system.sql`select body from request_key`;
    expect(await read.catch((error) => String(error))).toContain("permission denied");
    const { forgetKeys } = await import("../http/forget-key");
    await forgetKeys(system.db);
    expect(await admin.sql`select 1 from request_key`).toHaveLength(0);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { migrate } from "./migrate";
import { bootstrapDatabases, type Connection, connect, type RoleName, withTeams } from "./postgres";
import { appRoles } from "./postgres/bootstrap";
import { Secret } from "./secret";
import { createTestDatabase, startTestPostgres, type TestDatabase } from "./test-postgres";

const noteMigration = {
  name: "0001_note",
  sql: `
    create table note (team_id uuid not null, id int not null, body text, primary key (team_id, id));
    alter table note enable row level security;
    alter table note force row level security;
    create policy note_team on note using (team_id = any (nullif(current_setting('app.teams', true), '')::uuid[]))
      with check (team_id = any (nullif(current_setting('app.teams', true), '')::uuid[]));
    grant select, insert on note to dap_data;`,
};
const teamA = "01890000-0000-7000-8000-00000000000a";
const teamB = "01890000-0000-7000-8000-00000000000b";

describe("a connection", () => {
  let database: TestDatabase;
  let app: Connection;
  beforeAll(async () => {
    database = await createTestDatabase({ migrations: [[noteMigration]] });
    app = connect(database.roleUrl("dap_data"), { max: 4, applicationName: "test" });
    await Promise.all(
      [teamA, teamB].map((team) =>
        withTeams(app.sql, [team], (tx) => tx`insert into note values (${team}, 1, 'hello')`),
      ),
    );
  }, 60_000);
  afterAll(() => app.close());

  test("sees the rows of the teams it was opened for, and no others", async () => {
    const seen = (teams: string[]) =>
      withTeams(app.sql, teams, async (tx) =>
        (await tx`select team_id from note order by 1`).map((row) => row.team_id),
      );
    expect(await seen([teamA])).toEqual([teamA]);
    expect(await seen([teamA, teamB])).toEqual([teamA, teamB]);
    expect(await seen([])).toEqual([]);
  });

  test("leaves no team behind on the pooled connection", async () => {
    await Promise.all(Array.from({ length: 20 }, () => withTeams(app.sql, [teamA], (tx) => tx`select 1`)));
    const counts = await Promise.all(Array.from({ length: 20 }, () => app.sql`select count(*)::int as n from note`));
    expect(counts.map(([row]) => row?.n)).toEqual(Array(20).fill(0));
  });

  test("cannot write into a team it was not opened for", async () => {
    const write = withTeams(app.sql, [teamA], (tx) => tx`insert into note values (${teamB}, 2, 'mine')`);
    await expect(write).rejects.toThrow("row-level security");
  });

  test("refuses a team id that is not one", () => {
    expect(() => withTeams(app.sql, ["x},{"], (tx) => tx`select 1`)).toThrow("not a UUID");
  });

  test("gives the caller's error when the transaction fails, and takes the transaction back", async () => {
    const failing = withTeams(app.sql, [teamA], async (tx) => {
      await tx`insert into note values (${teamA}, 7, 'lost')`;
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const rows = await withTeams(app.sql, [teamA], (tx) => tx`select 1 from note where id = 7`);
    expect(rows.length).toBe(0);
  });

  test("stores JSON as JSON, also after drizzle was used", async () => {
    await app.db.execute("select 1");
    const [row] = await app.sql`select jsonb_typeof(${app.sql.json({ a: 1 })}) as kind`;
    expect(row?.kind).toBe("object");
  });

  test("has no right to make objects or temporary tables", async () => {
    await expect(app.sql`create table mine (id int)`.execute()).rejects.toThrow("permission denied");
    await expect(app.sql`create temporary table mine (id int)`.execute()).rejects.toThrow("permission denied");
    await expect(app.sql`set role postgres`.execute()).rejects.toThrow("permission denied");
  });

  test("is refused by a database of another service", async () => {
    const stranger = connect(database.roleUrl("dap_team"), { applicationName: "test" });
    await expect(stranger.sql`select 1`.execute()).rejects.toThrow("permission denied");
    await stranger.close();
  });
});

describe("a migration", () => {
  const second = { name: "0002_more", sql: "create table more (id int)" };

  test("is applied once, whoever comes first", async () => {
    const { ownerUrl } = await createTestDatabase();
    const runs = await Promise.all([1, 2, 3].map(() => migrate({ url: ownerUrl, folder: [noteMigration, second] })));
    expect(runs.flat().sort()).toEqual(["0001_note", "0002_more"]);
  });

  test("refuses a database that knows more than the code", async () => {
    const { ownerUrl } = await createTestDatabase({ migrations: [[noteMigration, second]] });
    const error = await migrate({ url: ownerUrl, folder: [noteMigration] }).catch((caught) => caught);
    expect(error.code).toBe("DATABASE_NEWER");
    expect(error.message).toContain("0002_more");
    expect(error.message).not.toContain("\n");
  });

  test("refuses a text that changed after it was applied, and one that comes before an applied one", async () => {
    const { ownerUrl } = await createTestDatabase({ migrations: [[second]] });
    const changed = migrate({ url: ownerUrl, folder: [{ ...second, sql: "select 1" }] });
    await expect(changed).rejects.toMatchObject({ code: "MIGRATION_CHANGED" });
    await expect(migrate({ url: ownerUrl, folder: [noteMigration, second] })).rejects.toMatchObject({
      code: "MIGRATION_CHANGED",
    });
  });

  test("leaves nothing of itself when it fails halfway", async () => {
    const { ownerUrl, adminUrl } = await createTestDatabase();
    const bad = { name: "0001_bad", sql: "create table half (id int); select nonsense;" };
    await expect(migrate({ url: ownerUrl, folder: [bad] })).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
    const admin = connect(adminUrl, { applicationName: "test" });
    const [row] =
      await admin.sql`select to_regclass('half') as half, (select count(*)::int from migration.applied) as applied`;
    expect(row).toEqual({ half: null, applied: 0 });
    await admin.close();
  });
});

describe("a bootstrap", () => {
  const passwords = Object.fromEntries(
    Object.keys(appRoles).map((role) => [role, new Secret(`test-${role}`)]),
  ) as Record<RoleName, Secret<string>>;

  test("makes databases and roles once, also when three processes do it together, and lets the roles in", async () => {
    const { ownerUrl } = await startTestPostgres();
    const prefix = `boot_${crypto.randomUUID().slice(0, 8)}_`;
    const options = { adminUrl: ownerUrl, databases: ["team", "data"] as const, passwords, prefix };
    const [urls] = await Promise.all([1, 2, 3].map(() => bootstrapDatabases(options)));
    const edge = connect(urls?.roleUrl("dap_edge") ?? "", { applicationName: "test" });
    const [row] = await edge.sql`select current_user as who, current_database() as place`;
    expect(row).toEqual({ who: "dap_edge", place: `${prefix}data` });
    await edge.close();
  });
});

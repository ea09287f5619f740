import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { insertMember } from "../member/query";
import { createTestTeam, type TestPerson, type TestTeam } from "../test-team";
import { inOwnTeams, inScope } from "./database";
import { membership } from "./table/membership";
import { profile } from "./table/profile";
import { team as teamTable } from "./table/team";

let team: TestTeam;
let ann: TestPerson;
let bob: TestPerson;
let annsTeam: string;
let bobsTeam: string;

beforeAll(async () => {
  team = await createTestTeam();
  ann = await team.register("Ann");
  bob = await team.register("Bob");
  annsTeam = Object.keys(ann.teams)[0] ?? "";
  bobsTeam = Object.keys(bob.teams)[0] ?? "";
}, 60_000);
afterAll(() => team.close());

describe("row-level security of the team database", () => {
  test("is forced on every table, with conditions for reading and for writing", async () => {
    const tables = await team.admin.sql`
      select relname, relrowsecurity and relforcerowsecurity as forced from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`;
    expect(tables.map(({ relname, forced }) => [relname, forced])).toEqual([
      ["membership", true],
      ["profile", true],
      ["team", true],
    ]);
    const policies = await team.admin
      .sql`select policyname, cmd, qual, with_check from pg_policies where schemaname = 'public'`;
    expect(policies.filter(({ cmd, qual, with_check }) => !qual || (cmd !== "SELECT" && !with_check))).toEqual([]);
  });

  test("is not passed by the application's role", async () => {
    const [role] = await team.admin.sql`
      select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
        (select count(*)::int from pg_class where relowner = pg_roles.oid) as owned
      from pg_roles where rolname = 'dap_team'`;
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false, owned: 0 });
  });

  test("shows nothing without a scope", async () => {
    for (const table of [teamTable, membership, profile]) expect(await team.deps.db.$count(table)).toBe(0);
  });

  test("shows a team its own rows, and an account its own", async () => {
    const idsIn = (scope: Parameters<typeof inScope>[1]) =>
      inScope(team.deps.db, scope, async (tx) => (await tx.select().from(teamTable)).map(({ id }) => id));
    expect(await idsIn({ teamIds: [annsTeam] })).toEqual([annsTeam]);
    expect(await idsIn({ accountId: bob.accountId })).toEqual([bobsTeam]);
    const people = await inOwnTeams(team.deps.db, ann.accountId, (tx) => tx.select().from(profile));
    expect(people.map(({ accountId }) => accountId)).toEqual([ann.accountId]);
  });

  test("refuses rows of other teams to be written", async () => {
    const intrude = inScope(team.deps.db, { teamIds: [annsTeam], accountId: ann.accountId }, (tx) =>
      insertMember(tx, { teamId: bobsTeam, accountId: ann.accountId, role: "owner" }, new Date()),
    );
    expect(await intrude.then(String, (error: Error) => String(error.cause))).toContain("row-level security");
    const stolen = inScope(team.deps.db, { accountId: ann.accountId }, (tx) =>
      tx.update(membership).set({ role: "owner" }).returning(),
    );
    expect(await stolen).toEqual([]);
  });

  test("keeps a thousand interleaved requests of two teams apart", async () => {
    const crossings: string[] = [];
    const look = async (own: string) =>
      inScope(team.deps.db, { teamIds: [own] }, async (tx) => {
        const rows = await tx.select().from(teamTable);
        if (rows.length !== 1 || rows[0]?.id !== own) crossings.push(own);
      });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => look(index % 2 === 0 ? annsTeam : bobsTeam)));
    expect(crossings).toEqual([]);
    expect(await team.deps.db.$count(teamTable)).toBe(0);
  });

  test("takes no scope that is not made of UUIDs", async () => {
    const inject = inScope(team.deps.db, { teamIds: [`${newId()}},{${annsTeam}`] }, async () => "in");
    expect(await inject.then(String, String)).toContain("not a UUID");
  });

  test("leaves the role no other ways", async () => {
    const asRole = (statement: string) =>
      team.deps.db.execute(statement).then(
        () => "done",
        (error: Error) => String(error.cause),
      );
    for (const statement of [
      "create table extra (id int)",
      "alter table team disable row level security",
      "drop table membership",
      "copy team to program 'cat'",
      "select pg_read_file('/etc/passwd')",
      "set role dap_test_owner",
      "delete from team",
      "truncate membership",
    ]) {
      expect(`${statement}: ${await asRole(statement)}`).toMatch(/permission denied|must be owner|denied/);
    }
  });
});

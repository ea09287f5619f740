import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Role } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { createTestTeam, type TestPerson, type TestTeam } from "../test-team";

let team: TestTeam;

beforeAll(async () => {
  team = await createTestTeam();
}, 60_000);
afterAll(() => team.close());

/** A team of an owner and others in these roles, all with fresh tokens. */
async function makeTeam(...others: Role[]) {
  const owner = await team.register("Olga");
  const { body } = await team.call(owner, "POST", "/api/v1/teams", { name: "Crew" });
  const people: TestPerson[] = [];
  for (const role of others) {
    const person = await team.register(role);
    await team.join(person, body.id, role);
    people.push(await team.refresh(person));
  }
  return { teamId: body.id as string, owner: await team.refresh(owner), people };
}

const pathOf = (teamId: string, person?: TestPerson) =>
  `/api/v1/teams/${teamId}/members${person ? `/${person.accountId}` : ""}`;

async function permVerOf({ accountId }: TestPerson): Promise<number> {
  return (await team.call("identity", "GET", `/internal/accounts/${accountId}/access`)).body.permVer;
}

describe("the members of a team", () => {
  test("are listed to each of them, in pages", async () => {
    const { teamId, people } = await makeTeam("viewer", "editor");
    const [viewer] = people;
    const first = await team.call(viewer, "GET", `${pathOf(teamId)}?limit=2`);
    expect(first.body.items[0]).toEqual({
      accountId: expect.any(String),
      name: "Olga",
      email: expect.stringContaining("@example.com"),
      role: "owner",
      joinedAt: expect.any(String),
    });
    const second = await team.call(viewer, "GET", `${pathOf(teamId)}?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map((item: { role: string }) => item.role)).toEqual(["editor"]);
  });

  test("are not listed to others", async () => {
    const { teamId } = await makeTeam();
    const stranger = await team.register();
    expect((await team.call(stranger, "GET", pathOf(teamId))).status).toBe(404);
  });

  test("have roles, and each role what it may do", async () => {
    const { teamId, owner } = await makeTeam();
    const { body } = await team.call(owner, "GET", `/api/v1/teams/${teamId}/roles`);
    expect(body.items.map((item: { name: string }) => item.name)).toEqual([
      "owner",
      "admin",
      "editor",
      "operator",
      "viewer",
    ]);
    expect(body.items[4].permissions).toEqual([
      "team:read",
      "member:read",
      "workflow:read",
      "run:read",
      "connection:read",
    ]);
  });
});

describe("a change of role", () => {
  test("is felt with the next token, and raises the version of what the account may do", async () => {
    const { teamId, owner, people } = await makeTeam("viewer");
    const [person] = people as [TestPerson];
    const before = await permVerOf(person);
    const answer = await team.call(owner, "PATCH", pathOf(teamId, person), { role: "editor" });
    expect(answer).toMatchObject({ status: 200, body: { accountId: person.accountId, role: "editor" } });
    expect((await team.refresh(person)).teams[teamId]).toBe("editor");
    expect(await permVerOf(person)).toBe(before + 1);
  });

  test("is not the viewer's to make", async () => {
    const { teamId, people } = await makeTeam("viewer", "admin");
    const [viewer, admin] = people as [TestPerson, TestPerson];
    expect((await team.call(viewer, "PATCH", pathOf(teamId, viewer), { role: "admin" })).status).toBe(403);
    expect((await team.call(admin, "PATCH", pathOf(teamId, admin), { role: "owner" })).status).toBe(403);
  });

  test("does not unmake the last owner", async () => {
    const { teamId, owner } = await makeTeam("admin");
    expect(await team.call(owner, "PATCH", pathOf(teamId, owner), { role: "admin" })).toMatchObject({
      status: 409,
      body: { code: "LAST_OWNER" },
    });
  });

  test("is refused for a role, member or body that is none", async () => {
    const { teamId, owner, people } = await makeTeam("viewer");
    const [person] = people as [TestPerson];
    const stranger = await team.register();
    const patch = (path: string, body: unknown) => team.call(owner, "PATCH", path, body);
    expect((await patch(pathOf(teamId, person), { role: "emperor" })).body.code).toBe("INVALID_BODY");
    expect((await patch(pathOf(teamId, person), { role: "editor", teamId: newId() })).status).toBe(422);
    expect((await patch(pathOf(teamId, stranger), { role: "editor" })).status).toBe(404);
    expect((await patch(`${pathOf(teamId)}/no-uuid`, { role: "editor" })).status).toBe(404);
  });

  test("is decided by the stored role, not by the token's", async () => {
    const { teamId, owner, people } = await makeTeam("admin", "viewer");
    const [admin, viewer] = people as [TestPerson, TestPerson];
    await team.call(owner, "PATCH", pathOf(teamId, admin), { role: "viewer" });
    expect((await team.call(admin, "PATCH", pathOf(teamId, viewer), { role: "editor" })).status).toBe(403);
  });
});

describe("leaving and removing", () => {
  test("lets a viewer leave, and ends what they may do", async () => {
    const { teamId, people } = await makeTeam("viewer");
    const [viewer] = people as [TestPerson];
    const before = await permVerOf(viewer);
    expect((await team.call(viewer, "DELETE", pathOf(teamId, viewer))).status).toBe(204);
    expect((await team.refresh(viewer)).teams).not.toHaveProperty(teamId);
    expect(await permVerOf(viewer)).toBe(before + 1);
    expect((await team.call(viewer, "DELETE", pathOf(teamId, viewer))).status).toBe(404);
  });

  test("lets admins remove, and viewers not", async () => {
    const { teamId, owner, people } = await makeTeam("viewer", "operator", "admin");
    const [viewer, operator, admin] = people as [TestPerson, TestPerson, TestPerson];
    expect((await team.call(viewer, "DELETE", pathOf(teamId, operator))).status).toBe(403);
    expect((await team.call(admin, "DELETE", pathOf(teamId, owner))).status).toBe(403);
    expect((await team.call(admin, "DELETE", pathOf(teamId, operator))).status).toBe(204);
  });

  test("keeps one of two owners who leave at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { teamId, owner, people } = await makeTeam("owner");
      const [other] = people as [TestPerson];
      const answers = await Promise.all([
        team.call(owner, "DELETE", pathOf(teamId, owner)),
        team.call(other, "DELETE", pathOf(teamId, other)),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    }
  });
});

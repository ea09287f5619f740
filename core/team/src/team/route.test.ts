import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { createTestTeam, type TestPerson, type TestTeam } from "../test-team";

let team: TestTeam;
let ann: TestPerson;
let bob: TestPerson;
let annsTeam: string;

beforeAll(async () => {
  team = await createTestTeam();
  ann = await team.register("Ann");
  bob = await team.register("Bob");
  annsTeam = Object.keys(ann.teams)[0] ?? "";
}, 60_000);
afterAll(() => team.close());

describe("the list of teams", () => {
  test("holds the personal team, with the role in it", async () => {
    const { status, body } = await team.call(ann, "GET", "/api/v1/teams");
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          id: annsTeam,
          name: "Ann's team",
          slug: expect.stringMatching(/^anns-team/),
          isPersonal: true,
          role: "owner",
          createdAt: expect.any(String),
        },
      ],
      nextCursor: null,
    });
  });

  test("comes in pages", async () => {
    const carl = await team.register("Carl");
    for (const name of ["One", "Two"]) await team.call(carl, "POST", "/api/v1/teams", { name });
    const first = await team.call(carl, "GET", "/api/v1/teams?limit=2");
    expect(first.body.items).toHaveLength(2);
    const second = await team.call(carl, "GET", `/api/v1/teams?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map((item: { name: string }) => item.name)).toEqual(["Two"]);
    expect(second.body.nextCursor).toBeNull();
  });

  test("refuses a cursor or limit that is none", async () => {
    expect(await team.call(ann, "GET", "/api/v1/teams?cursor=1")).toMatchObject({
      status: 422,
      body: { code: "INVALID_QUERY" },
    });
    expect((await team.call(ann, "GET", "/api/v1/teams?limit=many")).status).toBe(422);
  });
});

describe("a new team", () => {
  test("is its maker's, known to data, and usable with the next token", async () => {
    const { status, body } = await team.call(ann, "POST", "/api/v1/teams", { name: "  Sales  " });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Sales", role: "owner", isPersonal: false });
    expect(team.provisioned).toContain(body.id);
    expect((await team.call(ann, "GET", `/api/v1/teams/${body.id}`)).status).toBe(404);
    const fresh = await team.refresh(ann);
    expect(await team.call(fresh, "GET", `/api/v1/teams/${body.id}`)).toMatchObject({ status: 200, body });
  });

  test("is made once however often its Idempotency-Key comes", async () => {
    const order = (name: string, key: string) =>
      team.call(ann, "POST", "/api/v1/teams", { name }, { "idempotency-key": key });
    const answers = await Promise.all(Array.from({ length: 10 }, () => order("Once", "key 1")));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await order("Another", "key 1")).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
    expect((await order("Once", "key 2")).body.id).not.toBe(answers[0]?.body.id);
    expect((await order("Once", "k".repeat(256))).body.code).toBe("INVALID_HEADERS");
    const bobs = await team.call(bob, "POST", "/api/v1/teams", { name: "Once" }, { "idempotency-key": "key 1" });
    expect(bobs.body.id).not.toBe(answers[0]?.body.id);
  });

  test("gets another slug when its own is taken", async () => {
    const [one, two] = await Promise.all([
      team.call(ann, "POST", "/api/v1/teams", { name: "Same name" }),
      team.call(bob, "POST", "/api/v1/teams", { name: "Same name" }),
    ]);
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.slug).not.toBe(two.body.slug);
  });

  test("is told to data later when data does not answer now", async () => {
    team.setDataUp(false);
    const { status, body } = await team.call(ann, "POST", "/api/v1/teams", { name: "Patient" });
    expect(status).toBe(201);
    expect(team.provisioned).not.toContain(body.id);
    team.setDataUp(true);
    await team.refresh(ann);
    expect(team.provisioned.filter((id) => id === body.id)).toHaveLength(1);
    await team.refresh(ann);
    expect(team.provisioned.filter((id) => id === body.id)).toHaveLength(1);
  });

  test.each(["", "   ", "x".repeat(101), "a\u0000b", "a\nb", "\u202Eevil"])("is not named %j", async (name) => {
    expect(await team.call(ann, "POST", "/api/v1/teams", { name })).toMatchObject({
      status: 422,
      body: { code: "NAME_INVALID" },
    });
  });

  test("takes its name only, whatever else is sent", async () => {
    const protectedNames = ["id", "teamId", "slug", "personalOf", "role", "ownerId", "createdAt", "deletedAt"];
    for (const name of protectedNames) {
      const answer = await team.call(ann, "POST", "/api/v1/teams", { name: "Mass", [name]: newId() });
      expect(answer).toMatchObject({ status: 422, body: { code: "INVALID_BODY" } });
    }
  });

  test("is refused to an account that is in fifty", async () => {
    const dora = await team.register("Dora");
    for (let made = 1; made < 50; made += 1) await team.call(dora, "POST", "/api/v1/teams", { name: `T${made}` });
    expect(await team.call(dora, "POST", "/api/v1/teams", { name: "One more" })).toMatchObject({
      status: 409,
      body: { code: "TEAM_LIMIT" },
    });
    expect(Object.keys((await team.refresh(dora)).teams)).toHaveLength(50);
  }, 30_000);
});

describe("a team", () => {
  test("is renamed by its admins, not by its editors", async () => {
    const { body } = await team.call(ann, "POST", "/api/v1/teams", { name: "Old" });
    await team.join(bob, body.id, "editor");
    const [annNow, bobNow] = [await team.refresh(ann), await team.refresh(bob)];
    expect((await team.call(annNow, "PATCH", `/api/v1/teams/${body.id}`, { name: "New" })).body.name).toBe("New");
    expect(await team.call(bobNow, "PATCH", `/api/v1/teams/${body.id}`, { name: "Mine" })).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN" },
    });
    expect((await team.call(annNow, "PATCH", `/api/v1/teams/${body.id}`, { name: "" })).body.code).toBe("NAME_INVALID");
  });

  test("is not changed by one whose token still says admin but whose role does not", async () => {
    const { body } = await team.call(ann, "POST", "/api/v1/teams", { name: "Stale" });
    await team.join(bob, body.id, "viewer");
    const stale: TestPerson = { ...bob, teams: { [body.id]: "owner" } };
    expect((await team.call(stale, "PATCH", `/api/v1/teams/${body.id}`, { name: "Mine" })).status).toBe(403);
    expect((await team.call(stale, "DELETE", `/api/v1/teams/${body.id}`)).status).toBe(403);
  });

  test("is gone for everybody once deleted", async () => {
    const { body } = await team.call(ann, "POST", "/api/v1/teams", { name: "Brief" });
    await team.join(bob, body.id, "admin");
    const [annNow, bobNow] = [await team.refresh(ann), await team.refresh(bob)];
    expect((await team.call(bobNow, "DELETE", `/api/v1/teams/${body.id}`)).status).toBe(403);
    expect((await team.call(annNow, "DELETE", `/api/v1/teams/${body.id}`)).status).toBe(204);
    expect((await team.call(annNow, "GET", `/api/v1/teams/${body.id}`)).status).toBe(404);
    expect((await team.call(annNow, "DELETE", `/api/v1/teams/${body.id}`)).status).toBe(404);
    expect((await team.refresh(bob)).teams).not.toHaveProperty(body.id);
  });

  test("that is personal stays", async () => {
    expect(await team.call(ann, "DELETE", `/api/v1/teams/${annsTeam}`)).toMatchObject({
      status: 409,
      body: { code: "PERSONAL_TEAM" },
    });
  });

  test("of others looks like one that is not there", async () => {
    const shown = async (id: string) => {
      const { status, body } = await team.call(bob, "GET", `/api/v1/teams/${id}`);
      return { status, ...body, requestId: "" };
    };
    expect(await shown(annsTeam)).toEqual(await shown(newId()));
    expect(await shown(annsTeam)).toEqual(await shown("no-uuid"));
    expect(await shown(annsTeam)).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { createTestTeam, type TestTeam } from "../test-team";

let team: TestTeam;

beforeAll(async () => {
  team = await createTestTeam();
}, 60_000);
afterAll(() => team.close());

const ann = { email: "ann@example.com", name: "Ann" };

describe("the personal team", () => {
  test("is one, however many ask at once", async () => {
    const path = `/internal/accounts/${newId()}/personal-team`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => team.call("identity", "PUT", path, ann)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.teamId)).size).toBe(1);
    expect(answers[0]?.body.slug).toStartWith("anns-team");
  });

  test("of people of the same name have slugs of their own", async () => {
    const ask = () => team.call("identity", "PUT", `/internal/accounts/${newId()}/personal-team`, ann);
    const slugs = (await Promise.all(Array.from({ length: 10 }, ask))).map(({ body }) => body.slug);
    expect(new Set(slugs).size).toBe(10);
  });

  test("is told to data when data answers again", async () => {
    const accountId = newId();
    team.setDataUp(false);
    const { body } = await team.call("identity", "PUT", `/internal/accounts/${accountId}/personal-team`, ann);
    team.setDataUp(true);
    const access = await team.call("identity", "GET", `/internal/accounts/${accountId}/access`);
    expect(access.body).toEqual({ teams: { [body.teamId]: "owner" }, permVer: expect.any(Number) });
    expect(team.provisioned).toContain(body.teamId);
  });
});

describe("the access of an account", () => {
  test("is nothing for one that team does not know", async () => {
    const { status, body } = await team.call("identity", "GET", `/internal/accounts/${newId()}/access`);
    expect({ status, body }).toEqual({ status: 200, body: { teams: {}, permVer: 0 } });
  });

  test("is told to identity only", async () => {
    const path = `/internal/accounts/${newId()}/access`;
    const person = await team.register();
    for (const who of [undefined, person, "data" as const]) {
      expect(await team.call(who, "GET", path)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
      expect((await team.call(who, "PUT", `/internal/accounts/${newId()}/personal-team`, ann)).status).toBe(404);
    }
  });

  test("is refused for an id that is none, and a body that is none", async () => {
    expect((await team.call("identity", "GET", "/internal/accounts/no-uuid/access")).status).toBe(404);
    expect((await team.call("identity", "PUT", "/internal/accounts/no-uuid/personal-team", ann)).status).toBe(404);
    expect((await team.call("identity", "PUT", `/internal/accounts/${newId()}/personal-team`, {})).status).toBe(422);
  });
});

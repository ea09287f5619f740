import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { roles } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { createTestTeam, type TestTeam } from "./test-team";

let team: TestTeam;

beforeAll(async () => {
  team = await createTestTeam();
}, 60_000);
afterAll(() => team.close());

/** Who may call each route, with a body that is none: 422 and better mean "let in". The reviewed table. */
const routes: Readonly<Record<string, "public" | "account" | "service" | readonly (typeof roles)[number][]>> = {
  "GET /openapi": "public",
  "GET /openapi.json": "public",
  "GET /api/v1/teams": "account",
  "POST /api/v1/teams": "account",
  "GET /api/v1/teams/:teamId": roles,
  "PATCH /api/v1/teams/:teamId": ["owner", "admin"],
  "DELETE /api/v1/teams/:teamId": ["owner"],
  "GET /api/v1/teams/:teamId/members": roles,
  "PATCH /api/v1/teams/:teamId/members/:accountId": ["owner", "admin"],
  "DELETE /api/v1/teams/:teamId/members/:accountId": roles,
  "GET /api/v1/teams/:teamId/roles": roles,
  "PUT /internal/accounts/:accountId/personal-team": "service",
  "GET /internal/accounts/:accountId/access": "service",
};

const keyOf = ({ method, path }: { method: string; path: string }) =>
  `${method} ${path.length > 1 ? path.replace(/\/$/, "") : path}`;

describe("the routes of team", () => {
  test("are the ones of the reviewed table", () => {
    expect([...new Set(team.app.routes.map(keyOf))].sort()).toEqual(Object.keys(routes).sort());
  });

  test("refuse strangers, other teams and roles that may not, before they look at anything else", async () => {
    for (const [key, who] of Object.entries(routes)) {
      if (who === "public") continue;
      const [method = "", pattern = ""] = key.split(" ");
      const teamId = newId();
      const path = pattern.replace(":teamId", teamId).replace(":accountId", newId());
      const body = method === "GET" || method === "DELETE" ? undefined : { nonsense: true };
      const person = { accountId: newId(), email: "x@example.com" };
      const statusOf = async (teams: object) =>
        (await team.call({ ...person, teams: { ...teams } }, method, path, body)).status;
      const anonymous = await team.call(undefined, method, path, body);
      expect({ key, ...anonymous }).toMatchObject({ key, status: who === "service" ? 404 : 401 });
      expect(`${key} ${anonymous.body.code}`).toBe(`${key} ${who === "service" ? "NOT_FOUND" : "UNAUTHENTICATED"}`);
      if (typeof who === "string") continue;
      expect(await statusOf({ [newId()]: "owner" })).toBe(404);
      for (const role of roles) {
        const isLetIn = (await statusOf({ [teamId]: role })) !== 403;
        expect(`${key} ${role} ${isLetIn}`).toBe(`${key} ${role} ${who.includes(role)}`);
      }
    }
  });

  test("are described by an OpenAPI document, the internal ones left out", async () => {
    const { status, body } = await team.call(undefined, "GET", "/openapi.json");
    expect(status).toBe(200);
    expect(Object.keys(body.paths).some((path) => path.startsWith("/api/v1/teams/{teamId}/members"))).toBe(true);
    expect(Object.keys(body.paths).filter((path) => path.startsWith("/internal"))).toEqual([]);
  });

  test("answer malformed JSON and unknown paths with problems", async () => {
    const person = await team.register();
    const request = new Request("http://localhost/api/v1/teams", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${btoa(JSON.stringify({ kind: "account", ...person }))}`,
      },
      body: "{",
    });
    const response = await team.app.handle(request);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect((await team.call(person, "GET", "/api/v1/team")).body.code).toBe("NOT_FOUND");
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rolePermissions } from "@dap/contract";
import { publicRoutes, teamPath } from "./app";
import { exampleWorkflow } from "./setup/example";
import { createTestApp, type TestApp, teamA, teamB } from "./test-app";

let app: TestApp;
let workflowId: string;
beforeAll(async () => {
  app = await createTestApp();
  workflowId = (await app.ask("POST", "/workflows", { body: { document: exampleWorkflow } })).body.id;
}, 60_000);
afterAll(() => app.close());

const random = "01890000-0000-7000-8000-00000000ffff";
const fill = (path: string, workflow: string, team = teamA) =>
  path
    .replace(":teamId", team)
    .replace(":workflowId", workflow)
    .replace(":runId", random)
    .replace(":version", "1")
    .replace(":stepId", "order");

/** Everything that the app answers, but for its own description, and for the addresses that carry their permission in themselves. */
const walked = () => app.app.routes.filter(({ path }) => !path.startsWith("/openapi") && !path.includes("/resume/"));
const isPublic = (path: string) => path.startsWith(teamPath);
const declared = () => publicRoutes(app.deps).map((route) => ({ ...route, path: `${teamPath}${route.path}` }));

describe("every route of the app", () => {
  test("is declared with a permission, or is internal", () => {
    const known = new Set(declared().map(({ method, path }) => `${method} ${path}`));
    const others = walked().filter(({ method, path }) => !known.has(`${method} ${path}`));
    expect(walked().length).toBeGreaterThan(25);
    expect(others.every(({ path }) => path.startsWith("/internal/"))).toBe(true);
    expect(known.size).toBe(walked().length - others.length);
  });

  test("answers 401 when nobody is asking, whatever the body", async () => {
    for (const { method, path } of walked().filter(({ path }) => isPublic(path))) {
      const asked = await app.ask(method, fill(path, workflowId), {
        as: "nobody",
        ...(method !== "GET" && { text: "{" }),
      });
      expect(`${method} ${path} ${asked.status} ${asked.body.code}`).toBe(`${method} ${path} 401 UNAUTHENTICATED`);
      expect(asked.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  test("answers 404 to another team's owner, the same as for ids that do not exist", async () => {
    for (const { method, path } of walked().filter(({ path }) => isPublic(path))) {
      const body = method === "GET" ? {} : { text: "{" };
      const foreign = await app.ask(method, fill(path, workflowId), { as: "stranger", ...body });
      const absent = await app.ask(method, fill(path, random, random), { as: "stranger", ...body });
      const { requestId: _one, ...shown } = foreign.body;
      const { requestId: _other, ...same } = absent.body;
      expect(`${method} ${path} ${foreign.status}`).toBe(`${method} ${path} 404`);
      expect(shown).toEqual(same);
    }
  });

  test("does not find another team's workflow through one's own team", async () => {
    for (const { method, path } of declared().filter(({ path }) => path.includes(":workflowId"))) {
      const asked = await app.ask(method, fill(path, workflowId, teamB), { as: "stranger" });
      expect(`${method} ${path} ${asked.status}`).toBe(`${method} ${path} 404`);
    }
  });

  test("answers 403 to a viewer who would need more", async () => {
    const needsMore = declared().filter(({ permission }) => !rolePermissions.viewer.has(permission));
    expect(needsMore.length).toBeGreaterThan(10);
    for (const { method, path } of needsMore.filter(({ path }) => !/:runId|:approvalId/.test(path))) {
      const asked = await app.ask(method, fill(path, workflowId), { as: "viewer", text: "{" });
      expect(`${method} ${path} ${asked.status} ${asked.body.code}`).toBe(`${method} ${path} 403 FORBIDDEN`);
    }
  });

  test("does not exist for people when it is internal", async () => {
    const internal = walked().filter(({ path }) => !isPublic(path));
    expect(internal.length).toBeGreaterThan(3);
    for (const { method, path } of internal)
      for (const as of ["nobody", "editor", "key", "stranger"])
        expect((await app.ask(method, fill(path, workflowId), { as })).status).toBe(404);
  });

  test("gives an API key what its permissions say", async () => {
    expect((await app.ask("GET", `/workflows/${workflowId}`, { as: "key" })).status).toBe(403);
    expect((await app.ask("POST", `/workflows/${workflowId}/runs`, { as: "key" })).status).toBe(409);
  });

  test("is in the OpenAPI document, unless it is internal", async () => {
    const { body } = await app.ask("GET", "/api/../openapi.json");
    expect(Object.keys(body.paths)).toContain("/api/v1/teams/{teamId}/workflows/{workflowId}/publish");
    expect(JSON.stringify(body)).not.toContain("/internal/");
    // What the answers hold is compared with these descriptions by every `ask` of every test of this service.
    const operations = Object.entries<Record<string, { responses: object }>>(body.paths).flatMap(([path, item]) =>
      Object.values(item).map(({ responses }) => [
        path,
        Object.keys(responses).some((status) => /^2\d\d$/.test(status)),
      ]),
    );
    expect(operations.filter(([, isDescribed]) => !isDescribed)).toEqual([]);
  });

  test("answers an unknown path as 404 problem", async () => {
    const { status, body } = await app.ask("GET", "/nothing");
    expect([status, body.code]).toEqual([404, "NOT_FOUND"]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp, teamA } from "../test-app";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
}, 60_000);
afterAll(() => app.close());

describe("setting up a team", () => {
  const setUp = (id: string) => app.ask("PUT", `/internal/teams/${id}`, { as: "team", body: {} });

  test("gives it the example workflow, once, however often it is asked", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => setUp(teamA)));
    expect(all.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    const { items } = (await app.ask("GET", "/workflows")).body;
    expect(items).toMatchObject([{ name: exampleWorkflow.name, activeVersion: null, problemCount: 0 }]);
    await app.ask("DELETE", `/workflows/${items[0].id}`);
    await setUp(teamA);
    expect((await app.ask("GET", "/workflows")).body.items).toEqual([]);
  });

  test("answers 404 for what is no team id, and to services that have no business with it", async () => {
    expect((await setUp("x")).status).toBe(404);
    expect((await app.ask("PUT", `/internal/teams/${teamA}`, { as: "edge" })).status).toBe(404);
  });
});

describe("the example workflow", () => {
  test("has no problem, not even a warning, and can be published as it is", async () => {
    const { id } = (await app.ask("POST", "/workflows", { body: { document: exampleWorkflow } })).body;
    expect((await app.ask("POST", `/workflows/${id}/check`)).body.problems).toEqual([]);
    expect((await app.ask("POST", `/workflows/${id}/publish`)).status).toBe(200);
  });
});

describe("looking up a run", () => {
  test("tells realtime whose it is, and what happened", async () => {
    const { id } = (await app.ask("POST", "/workflows", { body: { document: exampleWorkflow } })).body;
    const { trigger } = exampleWorkflow;
    const input = trigger.kind === "webhook" ? trigger.input : undefined;
    const example = typeof input === "object" ? input.examples?.[0] : undefined;
    const { runId } = (await app.ask("POST", `/workflows/${id}/runs`, { body: { input: example, draft: true } })).body;
    const look = (path: string) => app.ask("GET", `/internal/runs/${path}`, { as: "realtime" });
    expect((await look(runId)).body).toEqual({ teamId: teamA, workflowId: id, status: "queued", lastSeq: 1 });
    expect((await look(`${runId}/events?after=0`)).body.items).toMatchObject([{ seq: 1, event: { kind: "accepted" } }]);
    expect((await look(`${runId}/events?after=1`)).body.items).toEqual([]);
    expect((await look("01890000-0000-7000-8000-00000000ffff")).status).toBe(404);
    expect((await look("x/events")).status).toBe(404);
    expect((await look(`${runId}/events?after=x`)).status).toBe(422);
  });

  test("lets a service wake the relay", async () => {
    const before = app.wakes();
    expect((await app.ask("POST", "/internal/dispatches", { as: "edge" })).status).toBe(204);
    expect(app.wakes()).toBe(before + 1);
  });
});

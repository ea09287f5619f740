import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RunOutcome } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp, teamA } from "../test-app";

const input = { customer: "Ada", lines: [{ sku: "lamp", price: 40, quantity: 3 }] };
const unknownId = "01890000-0000-7000-8000-0000000000ff";

let app: TestApp;
let workflowId: string;
beforeAll(async () => {
  app = await createTestApp();
  workflowId = await create();
  await app.ask("POST", `/workflows/${workflowId}/publish`);
}, 60_000);
afterAll(() => app.close());

const create = async (document: unknown = exampleWorkflow): Promise<string> =>
  (await app.ask("POST", "/workflows", { body: { document } })).body.id;
const start = (id: string, body: unknown = { input }, { query = "", headers = {} } = {}) =>
  app.ask("POST", `/workflows/${id}/runs${query}`, { body, headers });

/** What a worker does: claims the run and commits its end. */
async function end(runId: string, outcome: RunOutcome): Promise<void> {
  const dispatches = await app.maintenance.takeDispatches(1_000);
  const dispatchId = dispatches.find((dispatch) => dispatch.runId === runId)?.dispatchId ?? newId();
  const claim = { teamId: teamA, runId, dispatchId, redelivered: true, workerId: "test", leaseMs: 10_000 };
  const claimed = await app.workerStore.claimRun(claim);
  if (claimed.kind !== "claimed") throw new Error(claimed.reason);
  const commit = {
    teamId: teamA,
    runId,
    epoch: claimed.run.epoch,
    commitToken: crypto.randomUUID(),
    afterSeq: claimed.run.lastSeq,
    events: [{ kind: "ended", outcome, atMs: Date.now() }],
    steps: [],
    timers: [],
    foldedSignalSeq: claimed.signals.at(-1)?.signalSeq ?? claimed.foldedSignalSeq,
    next: { kind: "end", outcome },
  } as const;
  expect((await app.workerStore.commitRuns([commit])).get(runId)).toEqual({ kind: "kept" });
}

describe("starting a run", () => {
  test("answers 202 when it is accepted, wakes the relay and tells the team's watchers", async () => {
    const wakes = app.wakes();
    const started = await start(workflowId);
    expect(started.status).toBe(202);
    const { runId } = started.body;
    expect(started.body.statusUrl).toBe(`http://localhost:8080/api/v1/teams/${teamA}/runs/${runId}`);
    expect(app.wakes()).toBe(wakes + 1);
    await Bun.sleep(50);
    expect(app.published.at(-1)).toMatchObject({
      kind: "runChanged",
      run: { id: runId, status: "queued", version: 1 },
    });
    const { items } = (await app.ask("GET", `/runs/${runId}/events`)).body;
    expect(items).toMatchObject([
      {
        seq: 1,
        event: {
          kind: "accepted",
          triggerKind: "manual",
          workflow: { id: workflowId, name: "Order total", version: 1 },
          trigger: { body: input, query: {}, headers: {}, method: "POST" },
        },
      },
    ]);
  });

  test("refuses input that does not fit, with every place, and stores nothing", async () => {
    const before = await app.count("run");
    const refused = await start(workflowId, { input: { lines: [{ sku: "a", price: "1", quantity: 0 }] } });
    expect([refused.status, refused.body.code]).toEqual([422, "INPUT_REFUSED"]);
    expect(refused.body.problems.length).toBeGreaterThanOrEqual(2);
    expect(await app.count("run")).toBe(before);
  });

  test("refuses a workflow that is not published, or paused", async () => {
    const id = await create();
    expect((await start(id)).body.code).toBe("NOT_PUBLISHED");
    await app.ask("POST", `/workflows/${id}/publish`);
    await app.ask("POST", `/workflows/${id}/pause`);
    const paused = await start(id);
    expect([paused.status, paused.body.code]).toEqual([409, "WORKFLOW_PAUSED"]);
  });

  test("refuses a body or a query of another form", async () => {
    expect((await start(workflowId, { inputs: 1 })).body.code).toBe("INVALID_BODY");
    expect((await start(workflowId, { input }, { query: "?wait=ages" })).body.code).toBe("INVALID_QUERY");
  });

  test("gives the first run again for the same Idempotency-Key", async () => {
    const headers = { "idempotency-key": "start-once" };
    const both = await Promise.all([
      start(workflowId, { input }, { headers }),
      start(workflowId, { input }, { headers }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(both[0]?.body.runId).toBe(both[1]?.body.runId);
    const other = await start(workflowId, { input: { ...input, more: 1 } }, { headers });
    expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  });

  test("stores text that Postgres could not hold by itself", async () => {
    const odd = { ...input, customer: "nul \u0000 and half \ud800" };
    const { status, body } = await start(workflowId, { input: odd });
    expect(status).toBe(202);
    expect((await app.ask("GET", `/runs/${body.runId}`)).body.input).toEqual(odd);
  });

  test("keeps keys such as __proto__ as data", async () => {
    const text = `{"input":{"customer":"Ada","lines":[],"__proto__":{"admin":true},"constructor":{"x":1}}}`;
    const { status, body } = await app.ask("POST", `/workflows/${workflowId}/runs`, { text });
    expect(status).toBe(202);
    const shown = (await app.ask("GET", `/runs/${body.runId}`)).body.input;
    expect(JSON.stringify({ input: shown })).toBe(text);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test("runs the draft as a version of its own, which is listed nowhere", async () => {
    const id = await create();
    const first = await start(id, { input, draft: true });
    await start(id, { input, draft: true });
    expect(first.status).toBe(202);
    expect((await app.ask("GET", `/runs/${first.body.runId}`)).body).toMatchObject({ version: -1, input });
    expect((await app.ask("GET", `/workflows/${id}/versions`)).body.items).toEqual([]);
    expect((await app.ask("GET", `/workflows/${id}/versions/-1`)).status).toBe(404);
    expect((await app.ask("GET", `/workflows/${id}`)).body.activeVersion).toBeNull();
  });

  test("refuses a draft with errors", async () => {
    const id = await create({ ...exampleWorkflow, output: "{{ steps.nobody.x }}" });
    const refused = await start(id, { input, draft: true });
    expect([refused.status, refused.body.code]).toEqual([422, "DOCUMENT_REFUSED"]);
  });
});

describe("waiting for the result", () => {
  /** The id of the newest run, as soon as it is another one than `before`. */
  async function newestRun(before?: string): Promise<string> {
    for (;;) {
      const [{ id } = { id: "" }] = (await app.ask("GET", "/runs?limit=1")).body.items;
      if (id !== before) return id;
      await Bun.sleep(10);
    }
  }

  test("answers 200 with the output when the run ends", async () => {
    const before = await newestRun();
    const waiting = start(workflowId, { input }, { query: "?wait=result" });
    const id = await newestRun(before);
    await end(id, { status: "succeeded", output: { total: 120 } });
    const { status, body } = await waiting;
    expect([status, body]).toEqual([200, { runId: id, status: "succeeded", output: { total: 120 }, error: null }]);
  });

  test("answers 200 with the error when the run fails", async () => {
    const before = await newestRun();
    const waiting = start(workflowId, { input }, { query: "?wait=result" });
    const id = await newestRun(before);
    await end(id, {
      status: "failed",
      error: { code: "BROKEN", message: "It broke.", retryable: false },
      stepKey: "x",
    });
    expect((await waiting).body).toMatchObject({
      status: "failed",
      output: null,
      error: { code: "BROKEN", stepKey: "x" },
    });
  });
});

describe("the list of runs", () => {
  test("is paged, newest first, and filtered by workflow and status", async () => {
    const id = await create();
    await app.ask("POST", `/workflows/${id}/publish`);
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await start(id)).body.runId);
    await end(ids[2] ?? "", { status: "succeeded", output: null });
    const list = async (query: string) => (await app.ask("GET", query)).body;
    const idsOf = (page: { items: { id: string }[] }) => page.items.map((item) => item.id);
    const first = await list(`/runs?workflowId=${id}&limit=2`);
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    expect(Object.keys(first.items[0]).sort()).toEqual(
      ["createdAt", "endedAt", "id", "status", "trigger", "version", "workflowId", "workflowName"].sort(),
    );
    expect(idsOf(await list(`/runs?workflowId=${id}&limit=2&cursor=${first.nextCursor}`))).toEqual(ids.slice(2));
    expect(idsOf(await list(`/workflows/${id}/runs?status=succeeded`))).toEqual(ids.slice(2));
    expect(await list(`/runs?workflowId=${unknownId}`)).toEqual({ items: [], nextCursor: null });
  });

  test.each(["status=odd", "cursor=x", "workflowId=x", "limit=-1"])("refuses ?%s", async (query) => {
    expect((await app.ask("GET", `/runs?${query}`)).status).toBe(422);
  });
});

describe("a run", () => {
  test("is shown with its timeline", async () => {
    const { runId } = (await start(workflowId)).body;
    await end(runId, { status: "succeeded", output: { total: 120 } });
    const { status, body } = await app.ask("GET", `/runs/${runId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: runId,
      workflowId,
      workflowName: "Order total",
      version: 1,
      status: "succeeded",
      trigger: "manual",
      input,
      output: { total: 120 },
      error: null,
      lastSeq: 2,
    });
    expect(body.endedAt).not.toBeNull();
    expect(body.steps.map(({ stepId }: { stepId: string }) => stepId)).toContain("order");
  });

  test("gives its events after a number", async () => {
    const { runId } = (await start(workflowId)).body;
    await end(runId, { status: "cancelled" });
    const { items, nextCursor } = (await app.ask("GET", `/runs/${runId}/events?after=1`)).body;
    expect([items.map(({ seq }: { seq: number }) => seq), nextCursor]).toEqual([[2], null]);
    expect((await app.ask("GET", `/runs/${runId}/events?limit=1`)).body.nextCursor).toBe("1");
    expect((await app.ask("GET", `/runs/${runId}/events?after=x`)).status).toBe(422);
  });

  test.each([unknownId, "x", "%00"])("is not found by the id %s", async (id) => {
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/events"],
      ["POST", "/cancel"],
    ] as const)
      expect((await app.ask(method, `/runs/${id}${path}`)).status).toBe(404);
  });
});

describe("cancelling", () => {
  const cancel = (runId: string, body: unknown = {}, as = "editor") =>
    app.ask("POST", `/runs/${runId}/cancel`, { body, as });

  test("leaves the run a signal and answers 202, however often it is asked", async () => {
    const { runId } = (await start(workflowId)).body;
    expect((await cancel(runId)).body).toEqual({ runId, status: "cancelling" });
    expect((await cancel(runId, { force: true }, "operator")).status).toBe(202);
    expect(await app.count("signal")).toBeGreaterThan(0);
  });

  test("answers 409 when the run has ended, 403 to a viewer, 422 to another body", async () => {
    const { runId } = (await start(workflowId)).body;
    expect((await cancel(runId, {}, "viewer")).status).toBe(403);
    expect((await cancel(runId, { now: true })).status).toBe(422);
    await end(runId, { status: "succeeded", output: null });
    const refused = await cancel(runId);
    expect([refused.status, refused.body.code]).toEqual([409, "RUN_ENDED"]);
  });
});

describe("testing a step alone", () => {
  const testStep = (id: string, stepId: string, body: unknown = {}) =>
    app.ask("POST", `/workflows/${id}/steps/${stepId}/test`, { body });

  test("computes it with the values given", async () => {
    const { status, body } = await testStep(workflowId, "order", { scope: { trigger: { body: input } } });
    expect([status, body]).toEqual([
      200,
      {
        status: "succeeded",
        input: { customer: "Ada", lineCount: 1, total: 120 },
        output: { customer: "Ada", lineCount: 1, total: 120 },
      },
    ]);
  });

  test("takes earlier steps' outputs from the scope, else from pins", async () => {
    const id = await create({
      dap: 1,
      name: "Pins",
      trigger: { kind: "manual" },
      steps: [
        { id: "a", use: "transform.set", with: {}, pin: { n: 2 } },
        { id: "b", use: "transform.set", with: { double: "{{ steps.a.n * 2 }}" } },
      ],
    });
    expect((await testStep(id, "b")).body.output).toEqual({ double: 4 });
    expect((await testStep(id, "b", { scope: { steps: { a: { n: 5 } } } })).body.output).toEqual({ double: 10 });
  });

  test("refuses what reaches outside, what controls, and what is not there", async () => {
    const id = await create({
      ...exampleWorkflow,
      steps: [
        { id: "call", use: "http.request", with: { method: "GET", url: "https://example.com" } },
        { id: "stop", use: "return" },
      ],
    });
    expect((await testStep(id, "call")).body.code).toBe("STEP_NOT_TESTABLE");
    expect((await testStep(id, "stop")).status).toBe(409);
    expect((await testStep(id, "nobody")).body.code).toBe("STEP_UNKNOWN");
    expect((await testStep(id, "call", { scopes: 1 })).body.code).toBe("INVALID_BODY");
  });
});

describe("the catalogue", () => {
  test("describes every step with its schemas, and every function", async () => {
    const { items } = (await app.ask("GET", "/connectors", { as: "viewer" })).body;
    const steps = items.flatMap(({ steps }: { steps: { use: string; input: unknown; output: unknown }[] }) => steps);
    expect(steps.map(({ use }: { use: string }) => use)).toContain("http.request");
    expect(steps.length).toBe(app.deps.catalogue.size);
    expect(steps.every((step: { input?: unknown; output?: unknown }) => step.input && step.output)).toBe(true);
    const functions = (await app.ask("GET", "/functions", { as: "viewer" })).body;
    expect(functions.semantics).toBe(1);
    expect(functions.items.length).toBeGreaterThan(20);
  });
});

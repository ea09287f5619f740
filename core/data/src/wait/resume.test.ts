import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Step } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { createTestApp, type TestApp, teamA } from "../test-app";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const schema = { type: "object", required: ["paid"], properties: { paid: { type: "boolean" } } } as const;
const waits: Step[] = [
  { id: "ask", use: "wait", event: { name: "Payment" } },
  { id: "typed", use: "wait", event: { schema } },
  { id: "show", use: "transform.set", with: { url: "{{ run.resumeUrl.ask }}" } },
];

async function startRun(): Promise<string> {
  const document = { dap: 1, name: "Waits", trigger: { kind: "manual" }, steps: waits };
  const made = await app.ask("POST", "/workflows", { body: { document } });
  expect(made.status).toBe(201);
  const { body } = await app.ask("POST", `/workflows/${made.body.id}/runs`, { body: { draft: true } });
  return body.runId;
}

const resume = (token: string, init: RequestInit = { method: "POST" }, base = "/api/v1/resume") =>
  app.app.handle(new Request(`http://localhost${base}/${token}`, init));
const json = (value: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});
const tokenOf = (runId: string, stepKey = "ask") => app.deps.resumeTokens.tokenOf(runId, stepKey);
const codeOf = async (response: Response) =>
  `${response.status} ${((await response.json()) as { code?: string }).code}`;

/** What was told to a run, which no worker has taken yet. */
async function toldTo(runId: string): Promise<unknown[]> {
  const [dispatch] = (await app.maintenance.takeDispatches(1_000)).filter((one) => one.runId === runId);
  if (!dispatch) throw new Error("the run was not dispatched");
  const claim = { ...dispatch, redelivered: false, workerId: "worker", leaseMs: 1 };
  const claimed = await app.workerStore.claimRun(claim);
  return claimed.kind === "claimed" ? claimed.signals.map(({ signal }) => signal) : [];
}

describe("a resume address", () => {
  test("takes one of 20 callers at a time, without any login", async () => {
    const runId = await startRun();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => resume(tokenOf(runId), json({ n }))));
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
    expect(await toldTo(runId)).toEqual([
      { kind: "eventReceived", stepKey: "ask", body: { n: answers.findIndex(({ status }) => status === 200) } },
    ]);
    expect(await codeOf(await resume(tokenOf(runId), json({})))).toBe("409 WAIT_ANSWERED");
  });

  test("that nobody has made is not there", async () => {
    const runId = await startRun();
    const good = tokenOf(runId);
    for (const token of ["x", `${good}x`, `x${good.slice(1)}`, good.slice(0, -4), "a".repeat(2_000), tokenOf(newId())])
      expect(await codeOf(await resume(token, json({})))).toBe("404 NOT_FOUND");
    expect((await resume(good, json({}))).status).toBe(200);
  });

  test("stays good after a body that does not fit", async () => {
    const token = tokenOf(await startRun(), "typed");
    for (const body of [{}, { paid: "yes" }, null])
      expect(await codeOf(await resume(token, json(body)))).toBe("422 EVENT_REFUSED");
    const broken = { ...json(0), body: "{" };
    expect((await resume(token, broken)).status).toBe(400);
    const xml = { method: "POST", headers: { "content-type": "text/xml" }, body: "<a/>" };
    expect(await codeOf(await resume(token, xml))).toBe("415 UNSUPPORTED_MEDIA_TYPE");
    expect(await codeOf(await resume(token, { method: "POST", body: "x".repeat(1_100_000) }))).toBe(
      "413 BODY_TOO_LARGE",
    );
    expect((await resume(token, json({ paid: true }))).status).toBe(200);
  });

  test.each([
    ["DELETE", {}, "?ok=yes", { ok: "yes" }],
    ["DELETE", {}, "", null],
    [
      "PUT",
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=1&b=2" },
      "",
      { a: "1", b: "2" },
    ],
    ["POST", { headers: { "content-type": "text/plain" }, body: "fine" }, "", "fine"],
    ["POST", {}, "?from=mail", { from: "mail" }],
  ])("takes %s with %j and %p", async (method, init, query, body) => {
    const runId = await startRun();
    expect((await resume(tokenOf(runId) + query, { method, ...init }, "/resume")).status).toBe(200);
    expect(await toldTo(runId)).toEqual([{ kind: "eventReceived", stepKey: "ask", body }]);
  });

  test("is not used up by those who only look", async () => {
    const token = tokenOf(await startRun());
    expect((await resume(token, { method: "OPTIONS" }, "/resume")).status).toBe(405);
    expect([404, 405]).toContain((await resume(token, { method: "HEAD" }, "/resume")).status);
    expect((await resume(token, { method: "GET" }, "/resume")).status).toBe(405);
    expect((await resume(token, { method: "POST" }, "/resume")).status).toBe(200);
  });

  test("is gone when the run has ended", async () => {
    const runId = await startRun();
    const dispatch = (await app.maintenance.takeDispatches(1_000)).find((one) => one.runId === runId);
    if (!dispatch) throw new Error("the run was not dispatched");
    const claimed = await app.workerStore.claimRun({ ...dispatch, redelivered: false, workerId: "w", leaseMs: 60_000 });
    if (claimed.kind !== "claimed") throw new Error("not claimed");
    const outcome = { status: "cancelled" } as const;
    await app.workerStore.commitRuns([
      {
        teamId: teamA,
        runId,
        epoch: claimed.run.epoch,
        commitToken: newId(),
        afterSeq: 1,
        events: [{ kind: "ended", outcome, atMs: Date.now() }],
        steps: [],
        timers: [],
        foldedSignalSeq: 0,
        next: { kind: "end", outcome },
      },
    ]);
    expect(await codeOf(await resume(tokenOf(runId), json({})))).toBe("410 WAIT_OVER");
  });

  test("is not shown to those who may only look at the run", async () => {
    const runId = await startRun();
    const shown = await app.ask("GET", `/runs/${runId}`, { as: "viewer" });
    expect(shown.status).toBe(200);
    expect(JSON.stringify(shown.body)).not.toContain(tokenOf(runId));
    const events = await app.ask("GET", `/runs/${runId}/events`, { as: "viewer" });
    expect(JSON.stringify(events.body)).not.toContain(tokenOf(runId));
  });
});

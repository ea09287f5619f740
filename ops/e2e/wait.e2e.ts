import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Workflow } from "@dap/contract";
import { type Person, registerPerson } from "./src/person";
import { type Platform, startPlatform } from "./src/platform";

type Run = { status: string; output: unknown; error: { code: string } | null };

/** Somebody else's server, which is told the address. */
function createInbox() {
  const urls: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      urls.push(((await request.json()) as { url: string }).url);
      return Response.json({});
    },
  });
  return { urls, server };
}

const payment = (inboxUrl: string, timeoutMs: number): Workflow => ({
  dap: 1,
  name: "Payment",
  trigger: { kind: "webhook" },
  steps: [
    {
      id: "send",
      use: "http.request",
      with: { method: "POST", url: inboxUrl, body: { url: "{{ run.resumeUrl.paid }}" } },
    },
    {
      id: "paid",
      use: "wait",
      event: {
        name: "Payment",
        timeoutMs,
        schema: { type: "object", required: ["amount"], properties: { amount: { type: "number" } } },
      },
    },
  ],
  output: { amount: "{{ steps.paid.amount }}" },
});

describe("a person whose workflow waits for somebody", () => {
  let platform: Platform;
  let person: Person;
  const inbox = createInbox();
  const inboxUrl = `http://127.0.0.1:${inbox.server.port}/`;
  beforeAll(async () => {
    platform = await startPlatform({ env: { EGRESS_ALLOW: `127.0.0.1:${inbox.server.port}` } });
    person = await registerPerson(platform.url);
  }, 120_000);
  afterAll(async () => {
    await platform.stop();
    await inbox.server.stop(true);
  });

  async function start(document: Workflow): Promise<{ runId: string; address: string }> {
    const before = inbox.urls.length;
    const { url } = await person.publish(document);
    const answer = await fetch(url, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    const { runId } = (await answer.json()) as { runId: string };
    for (const endMs = Date.now() + 10_000; inbox.urls.length === before && Date.now() < endMs; ) await Bun.sleep(20);
    return { runId, address: inbox.urls.at(-1) ?? "" };
  }

  async function ended(runId: string): Promise<Run> {
    for (const endMs = Date.now() + 20_000; ; await Bun.sleep(50)) {
      const { body } = await person.call<Run>("GET", `runs/${runId}`);
      if (["succeeded", "failed", "cancelled"].includes(body.status) || Date.now() > endMs) return body;
    }
  }

  const post = (address: string, body: unknown) =>
    fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  test("gives the address away, and the first of 20 callers at once is heard", async () => {
    const { runId, address } = await start(payment(inboxUrl, 60_000));
    expect(address).toStartWith(`${platform.url}/resume/`);
    expect((await post(address, { amount: "much" })).status).toBe(422);
    expect((await post(address.slice(0, -3), { amount: 1 })).status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, amount) => post(address, { amount })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409 || status === 410)).toHaveLength(19);
    expect(await ended(runId)).toMatchObject({ status: "succeeded", output: { amount: statuses.indexOf(200) } });
    expect((await post(address.replace("/resume/", "/api/v1/resume/"), { amount: 1 })).status).toBe(410);
    const { body } = await person.call("GET", `runs/${runId}`);
    expect(JSON.stringify(body)).not.toContain(address);
  }, 60_000);

  test("is asked for approval, and what they say is the step's output", async () => {
    const { id } = await person.publish({
      dap: 1,
      name: "Ask",
      trigger: { kind: "manual" },
      steps: [{ id: "ask", use: "wait", approval: { title: "Pay {{ trigger.body.n }}?", approvers: ["owner"] } }],
      output: "{{ steps.ask }}",
    });
    const started = await person.call<{ runId: string }>("POST", `workflows/${id}/runs`, { input: { n: 7 } });
    type Asked = { id: string; title: string };
    let items: Asked[] = [];
    for (const endMs = Date.now() + 10_000; items.length === 0 && Date.now() < endMs; await Bun.sleep(50))
      items = (await person.call<{ items: Asked[] }>("GET", "approvals")).body.items;
    expect(items).toMatchObject([{ title: "Pay 7?" }]);
    const said = { decision: "approve", note: "fine" };
    const address = `approvals/${items[0]?.id}/decide`;
    const answers = await Promise.all([1, 2, 3].map(() => person.call("POST", address, said)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(await ended(started.body.runId)).toMatchObject({
      status: "succeeded",
      output: { approved: true, decisions: [{ by: person.email, decision: "approve", note: "fine" }] },
    });
  }, 60_000);

  test("hears that nobody came in time", async () => {
    const { runId, address } = await start(payment(inboxUrl, 500));
    expect(await ended(runId)).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    expect((await post(address, { amount: 1 })).status).toBe(410);
  }, 60_000);

  test("finds the wait again after the platform was killed", async () => {
    const { runId, address } = await start(payment(inboxUrl, 60_000));
    const { port, dataDir } = platform;
    const env = { EGRESS_ALLOW: `127.0.0.1:${inbox.server.port}` };
    await platform.kill();
    const login = { email: person.email, password: person.password };
    platform = await startPlatform({ port, dataDir, env });
    expect((await post(address, { amount: 5 })).status).toBe(200);
    const answer = await fetch(`${platform.url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(login),
    });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    for (const endMs = Date.now() + 20_000; ; await Bun.sleep(50)) {
      const found = await fetch(`${platform.url}/api/v1/teams/${person.teamId}/runs/${runId}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      const run = (await found.json()) as Run;
      if (run.status === "waiting" && Date.now() < endMs) continue;
      expect(run).toMatchObject({ status: "succeeded", output: { amount: 5 } });
      return;
    }
  }, 180_000);
});

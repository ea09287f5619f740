import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Principal } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { createTestApp, type TestApp, teamA } from "../test-app";

let app: TestApp;
const person = (email: string, role: "operator" | "admin", emailVerified = true): Principal => ({
  kind: "account",
  accountId: newId(),
  sessionId: newId(),
  email,
  emailVerified,
  teams: { [teamA]: role },
  permVer: 1,
});
const people: Record<string, Principal> = {
  ann: person("ann@dap.test", "operator"),
  bob: person("bob@dap.test", "operator"),
  eve: person("bob@dap.test", "operator", false),
  boss: person("boss@dap.test", "admin"),
};
beforeAll(async () => {
  const made = await createTestApp();
  await made.close();
  app = await createTestApp({
    authenticate: async (request) => {
      const name = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
      return people[name] ?? made.deps.authenticate(request);
    },
  });
});
afterAll(() => app.close());

/** A run that waits for an approval, as its worker leaves it. */
async function ask(approval: object): Promise<string> {
  const steps = [{ id: "ask", use: "wait", approval: { title: "Pay {{ trigger.body.n }}?", ...approval } }];
  const document = { dap: 1, name: "Asks", trigger: { kind: "manual" }, steps };
  const made = await app.ask("POST", "/workflows", { body: { document } });
  const started = await app.ask("POST", `/workflows/${made.body.id}/runs`, { body: { draft: true, input: { n: 7 } } });
  const runId: string = started.body.runId;
  const dispatch = (await app.maintenance.takeDispatches(1_000)).find((one) => one.runId === runId);
  if (!dispatch) throw new Error("the run was not dispatched");
  const claimed = await app.workerStore.claimRun({ ...dispatch, redelivered: false, workerId: "w", leaseMs: 60_000 });
  if (claimed.kind !== "claimed") throw new Error("not claimed");
  const timer = { stepKey: "ask", purpose: "approval", attempt: 1, dueAtMs: Date.now() + 60_000 } as const;
  await app.workerStore.commitRuns([
    {
      teamId: teamA,
      runId,
      epoch: claimed.run.epoch,
      commitToken: newId(),
      afterSeq: 1,
      events: [],
      steps: [],
      timers: [timer],
      foldedSignalSeq: 0,
      next: { kind: "release", status: "waiting" },
    },
  ]);
  return runId;
}

const decide = async (runId: string, as: string, decision = "approve", step = "ask") => {
  const { status, body } = await app.ask("POST", `/approvals/${runId}.${step}/decide`, {
    as,
    body: { decision, note: "ok" },
  });
  return `${status} ${body.code ?? body.decision}`;
};
const open = async () => (await app.ask("GET", "/approvals?limit=200", { as: "viewer" })).body.items;

describe("an approval", () => {
  test("is listed with what is asked until it is decided, to the team alone", async () => {
    const runId = await ask({ needed: 2, approvers: ["operator"] });
    expect(await open()).toMatchObject([
      { id: `${runId}.ask`, runId, stepId: "ask", title: "Pay 7?", approvers: ["operator"], needed: 2, decisions: [] },
    ]);
    expect((await app.ask("GET", "/approvals", { as: "stranger" })).status).toBe(404);
    expect(await decide(runId, "ann")).toBe("200 approve");
    expect(await open()).toHaveLength(1);
    expect(await decide(runId, "bob")).toBe("200 approve");
    expect(await open()).toEqual([]);
  });

  test("is answered once by each, and by nobody once it is decided", async () => {
    const runId = await ask({ needed: 2 });
    expect(await decide(runId, "ann")).toBe("200 approve");
    expect(await decide(runId, "ann", "reject")).toBe("409 DECIDED_BEFORE");
    expect(await decide(runId, "bob", "reject")).toBe("200 reject");
    expect(await decide(runId, "boss")).toBe("409 APPROVAL_DECIDED");
  });

  test("is answered by those who are named, by role or by an address that is theirs", async () => {
    const runId = await ask({ approvers: ["admin", "Bob@dap.test"], needed: 3 });
    expect(await decide(runId, "ann")).toBe("403 NOT_AN_APPROVER");
    expect(await decide(runId, "eve")).toBe("403 NOT_AN_APPROVER");
    expect(await decide(runId, "bob")).toBe("200 approve");
    expect(await decide(runId, "boss")).toBe("200 approve");
  });

  test("needs the permission, a choice, and an approval that waits", async () => {
    const runId = await ask({});
    expect(await decide(runId, "viewer")).toBe("403 FORBIDDEN");
    expect(await decide(runId, "ann", "maybe")).toBe("422 INVALID_BODY");
    for (const step of ["other", "ask.1", "", "x".repeat(70)])
      expect(await decide(runId, "ann", "approve", step)).toStartWith("404");
    expect(await decide(newId(), "ann")).toBe("404 NOT_FOUND");
    expect(await decide(runId, "stranger")).toBe("404 NOT_FOUND");
    expect((await app.ask("GET", "/approvals?cursor=x")).status).toBe(422);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Step } from "@dap/contract";
import { Secret } from "@dap/platform/secret";
import { createResumeTokens } from "@dap/run";
import { openWorld, succeeded, type World } from "./test-world";

let world: World;
const sent = new Map<string, string>();
beforeAll(async () => {
  world = await openWorld();
  await world.startWorker(async ({ input, idempotencyKey }) => {
    const { url } = input as { url: string };
    sent.set(idempotencyKey.split(":")[0] ?? "", url);
    return succeeded({ sent: true });
  });
});
afterAll(() => world.close());

const send: Step = { id: "send", use: "test.keyed", with: { url: "{{ run.resumeUrl.ask }}" } };
const ask = (timeoutMs: number): Step => ({ id: "ask", use: "wait", event: { timeoutMs } });
const output = "{{ steps.ask }}";

const answer = (runId: string, body: number) =>
  world.runs.data.answerWait(world.teamId, runId, { kind: "eventReceived", stepKey: "ask", body });

describe("a run that waits for an event", () => {
  test("sends its address before it waits, and the token in it names the wait", async () => {
    const workflow = await world.publishVersion({ steps: [send, ask(20_000)], output });
    const runId = await world.startRun(workflow);
    await world.until(() => sent.has(runId));
    const url = new URL(sent.get(runId) ?? "");
    const tokens = createResumeTokens(new Secret("test-service-secret-of-32-characters"));
    expect(tokens.read(url.pathname.replace("/resume/", ""))).toEqual({ runId, stepKey: "ask" });
    expect(await answer(runId, 7)).toBe("answered");
    expect(await world.outcome(runId)).toEqual({ status: "succeeded", output: 7 });
    const events = await world.runs.data.readEvents(world.teamId, runId, 0, 100);
    expect(JSON.stringify(events)).not.toContain("/resume/");
  });

  test("goes on with a word that came before it waited", async () => {
    const workflow = await world.publishVersion({
      steps: [{ id: "first", use: "wait", durationMs: 300 }, ask(20_000)],
      output,
    });
    const runId = await world.startRun(workflow);
    expect(await answer(runId, 1)).toBe("answered");
    expect(await answer(runId, 2)).toBe("taken");
    expect(await world.outcome(runId)).toEqual({ status: "succeeded", output: 1 });
  });

  test("is resumed exactly once by 200 callers that race its beginning and its end", async () => {
    const timeoutMs = 250;
    const workflow = await world.publishVersion({ steps: [send, ask(timeoutMs)], output });
    const told = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        // Half of them around the beginning of the wait, half around its end; every tenth asks five times at once.
        const runId = await world.startRun(workflow);
        if (n % 2 === 1) {
          await world.until(() => sent.has(runId));
          await Bun.sleep(timeoutMs - 40 + Math.random() * 400);
        } else await Bun.sleep(Math.random() * 30);
        const bodies = n % 10 === 0 ? [1, 2, 3, 4, 5] : [1];
        const outcomes = await Promise.all(bodies.map((body) => answer(runId, body)));
        return { runId, won: bodies.filter((_, at) => outcomes[at] === "answered") };
      }),
    );
    let expired = 0;
    for (const { runId, won } of told) {
      const outcome = await world.outcome(runId);
      expect(won.length).toBeLessThanOrEqual(1);
      if (won.length === 1) expect(outcome).toEqual({ status: "succeeded", output: won[0] ?? null });
      else expect(outcome).toMatchObject({ status: "failed", error: { code: "TIMEOUT" }, stepKey: "ask" });
      expired += won.length === 0 ? 1 : 0;
      const events = await world.runs.data.readEvents(world.teamId, runId, 0, 100);
      const ends = events.filter(
        ({ event }) => event.kind === "eventReceived" || (event.kind === "timerFired" && event.purpose === "expiry"),
      );
      expect(ends).toHaveLength(1);
    }
    // Both must have won sometimes, or nothing was raced.
    expect(expired).toBeGreaterThan(0);
    expect(expired).toBeLessThan(200);
  }, 60_000);
});

describe("a run that asks people", () => {
  const approval = (more: object): Step => ({ id: "ask", use: "wait", approval: { title: "Pay?", ...more } }) as Step;
  const say = (runId: string, byId: string, decision: "approve" | "reject", needed: number) =>
    world.runs.data.decideApproval(
      world.teamId,
      runId,
      { kind: "approvalDecided", stepKey: "ask", by: `${byId}@dap.test`, byId, decision, note: "" },
      needed,
    );
  const isOpen = async (runId: string) =>
    (await world.runs.data.listApprovals(world.teamId, undefined, 1_000)).some((one) => one.runId === runId);

  async function ask(more: object): Promise<string> {
    const workflow = await world.publishVersion({ steps: [approval(more)], output });
    const runId = await world.startRun(workflow);
    await world.until(() => isOpen(runId));
    return runId;
  }

  test("goes on when enough have approved, each of them once, however many come at a time", async () => {
    const runId = await ask({ needed: 3 });
    const people = ["a", "b", "c", "d", "e", "f"];
    const outcomes = await Promise.all([...people, ...people].map((byId) => say(runId, byId, "approve", 3)));
    expect(outcomes.filter((outcome) => outcome === "answered")).toHaveLength(3);
    expect(outcomes.every((outcome) => ["answered", "repeated", "taken"].includes(outcome))).toBe(true);
    const outcome = await world.outcome(runId);
    expect(outcome).toMatchObject({ status: "succeeded", output: { approved: true } });
    const decisions = outcome.status === "succeeded" ? JSON.stringify(outcome.output).match(/\w@dap.test/g) : [];
    expect(new Set(decisions).size).toBe(3);
    expect(await isOpen(runId)).toBe(false);
    expect(["taken", "repeated"]).toContain(await say(runId, "g", "reject", 3));
  });

  test("is told of one rejection, and of its deadline, and of one of the two when both come", async () => {
    const rejected = await ask({ needed: 2 });
    expect(await say(rejected, "a", "reject", 2)).toBe("answered");
    expect(await world.outcome(rejected)).toMatchObject({
      output: { approved: false, decisions: [{ by: "a@dap.test" }] },
    });
    const brief = await world.publishVersion({ steps: [approval({ deadlineMs: 50 })], output });
    const late = await world.startRun(brief);
    expect(await world.outcome(late)).toEqual({
      status: "succeeded",
      output: { approved: false, decisions: [], reason: "deadline" },
    });
    expect(["expired", "ended"]).toContain(await say(late, "a", "approve", 1));
    const workflow = await world.publishVersion({ steps: [approval({ deadlineMs: 300 })], output });
    const races = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const runId = await world.startRun(workflow);
        await Bun.sleep(n * 20);
        let said = await say(runId, "a", "approve", 1);
        // Before the run has come to its question there is nothing to answer.
        for (; said === "missing"; said = await say(runId, "a", "approve", 1)) await Bun.sleep(10);
        return { runId, said };
      }),
    );
    for (const { runId, said } of races)
      expect(await world.outcome(runId)).toMatchObject({ output: { approved: said === "answered" } });
    expect(races.some(({ said }) => said === "answered") && races.some(({ said }) => said !== "answered")).toBe(true);
  }, 30_000);

  test("keeps every invariant", async () => {
    const broken = (await world.check()).filter(({ invariant }) => invariant !== "I4" && invariant !== "I5");
    expect(broken).toEqual([]);
  });
});

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
    expect(expired).toBeGreaterThan(5);
    expect(expired).toBeLessThan(150);
  }, 60_000);
});

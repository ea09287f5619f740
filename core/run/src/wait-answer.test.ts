import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { Secret } from "@dap/platform/secret";
import { checkInvariants } from "./invariant";
import { createResumeTokens, createResumeUrl, hideResumeTokens } from "./resume-token";
import type { WaitAnswer } from "./store";
import { claimNewRun, commitOf, endedEvent, openRunDatabase, type RunDatabase } from "./test-run";

let runs: RunDatabase;
const teamId = newId();
beforeAll(async () => {
  runs = await openRunDatabase();
});
afterAll(() => runs.close());

const answer = (body: number, stepKey = "w"): WaitAnswer => ({ kind: "eventReceived", stepKey, body });
const expiry = (dueAtMs: number) => ({ stepKey: "w", purpose: "expiry" as const, attempt: 1, dueAtMs });
const signalsOf = async (runId: string) => {
  const rows = await runs.admin.sql<
    { body: string }[]
  >`select body from signal where run_id = ${runId} order by signal_seq`;
  return rows.map(({ body }) => JSON.parse(body));
};

async function waitingRun(dueAtMs: number): Promise<string> {
  const { claimed } = await claimNewRun(runs, teamId);
  const timers = [expiry(dueAtMs)];
  await runs.compute.commitRuns([commitOf(claimed, { timers, next: { kind: "release", status: "waiting" } })]);
  return claimed.run.id;
}

describe("an answer of a wait", () => {
  test("is taken once, however many come at a time", async () => {
    const runId = await waitingRun(Date.now() + 60_000);
    const tries = Array.from({ length: 20 }, (_, n) => runs.data.answerWait(teamId, runId, answer(n)));
    const outcomes = await Promise.all(tries);
    expect(outcomes.filter((outcome) => outcome === "answered")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "taken")).toHaveLength(19);
    expect(await signalsOf(runId)).toEqual([answer(outcomes.indexOf("answered"))]);
  });

  test("is kept for a wait that the run has not come to, and wakes the run", async () => {
    const { accepted, claimed } = await claimNewRun(runs, teamId);
    expect(await runs.data.answerWait(teamId, accepted.runId, answer(1))).toBe("answered");
    const released = commitOf(claimed, { next: { kind: "release", status: "waiting" } });
    const outcome = (await runs.compute.commitRuns([released])).get(accepted.runId);
    expect(outcome).toMatchObject({ kind: "signalled", signals: [{ signal: answer(1) }] });
  });

  test("comes too late for a wait that ran out, whose timer is told once", async () => {
    const runId = await waitingRun(Date.now() - 1);
    await runs.system.fireTimers(1_000);
    expect(await runs.data.answerWait(teamId, runId, answer(1))).toBe("expired");
    expect(await signalsOf(runId)).toMatchObject([{ kind: "timerFired", purpose: "expiry" }]);
  });

  test("silences the timer that comes after it", async () => {
    const runId = await waitingRun(Date.now() - 1);
    expect(await runs.data.answerWait(teamId, runId, answer(1))).toBe("answered");
    await runs.system.fireTimers(1_000);
    expect(await signalsOf(runId)).toEqual([answer(1)]);
  });

  test("finds no run of another team, none that is unknown, none that is over", async () => {
    const { accepted, claimed } = await claimNewRun(runs, teamId);
    const { runId } = accepted;
    expect(await runs.data.answerWait(newId(), runId, answer(1))).toBe("missing");
    expect(await runs.data.answerWait(teamId, newId(), answer(1))).toBe("missing");
    const ended = endedEvent();
    const end = { kind: "end", outcome: ended.outcome } as const;
    await runs.compute.commitRuns([commitOf(claimed, { events: [ended], next: end })]);
    expect(await runs.data.answerWait(teamId, runId, answer(1))).toBe("ended");
    const [kept] = await runs.admin.sql`select count(*)::int as n from wait_answer where run_id = ${runId}`;
    expect(kept?.n).toBe(0);
  });

  test("and its timer, at the same instant, are one of the two and never both", async () => {
    const runIds: string[] = [];
    const dueAtMs = Date.now() + 1_500;
    for (let n = 0; n < 60; n += 1) runIds.push(await waitingRun(dueAtMs));
    await Bun.sleep(Math.max(0, dueAtMs - Date.now() - 5));
    const firing = (async () => {
      for (const endMs = Date.now() + 300; Date.now() < endMs; ) await runs.system.fireTimers(20);
    })();
    const outcomes = await Promise.all(
      runIds.map(async (runId, n) => {
        await Bun.sleep(n / 3);
        return runs.data.answerWait(teamId, runId, answer(n));
      }),
    );
    await firing;
    for (const [n, runId] of runIds.entries()) {
      const [signal, ...more] = await signalsOf(runId);
      expect(more).toEqual([]);
      expect(signal.kind).toBe(outcomes[n] === "answered" ? "eventReceived" : "timerFired");
    }
    expect((await checkInvariants(runs.admin.sql)).filter(({ invariant }) => invariant === "I2")).toEqual([]);
  }, 20_000);
});

describe("a resume token", () => {
  const tokens = createResumeTokens(new Secret("one secret of an installation"));
  const runId = newId();

  test("names its run and step to the installation that made it, and is always the same", () => {
    for (const stepKey of ["ask", "ask/3/0"]) {
      const token = tokens.tokenOf(runId, stepKey);
      expect(tokens.read(token)).toEqual({ runId, stepKey });
      expect(createResumeTokens(new Secret("one secret of an installation")).tokenOf(runId, stepKey)).toBe(token);
      expect(createResumeTokens(new Secret("another secret")).read(token)).toBeUndefined();
    }
  });

  test("is worth nothing once any character of it is another", () => {
    const token = tokens.tokenOf(runId, "ask");
    for (let at = 0; at < token.length; at += 1) {
      const other = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      expect(tokens.read(other)).toBeUndefined();
    }
    expect(tokens.read(`${token}A`)).toBeUndefined();
    for (const text of ["", "x", token.slice(0, 64), `${token}.`, "%00", token.repeat(20)])
      expect(tokens.read(text)).toBeUndefined();
  });

  test("stands in an address below the base that a run has frozen, and can be hidden", () => {
    const url = createResumeUrl(tokens, "http://localhost:8080");
    expect(url(runId, "ask", undefined)).toStartWith("http://localhost:8080/resume/");
    const frozen = url(runId, "ask", "https://dap.test");
    expect(frozen).toStartWith("https://dap.test/resume/");
    expect(hideResumeTokens(`go to ${frozen}?x=1`)).toBe("go to https://dap.test/resume/***?x=1");
  });
});

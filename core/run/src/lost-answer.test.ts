import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { createRunStore } from "./create-run-store";
import { checkInvariants } from "./invariant";
import type { RunCommit } from "./store";
import {
  acceptedEvent,
  claimNewRun,
  commitOf,
  endedEvent,
  openRunDatabase,
  type RunDatabase,
  succeededEvent,
} from "./test-run";

let runs: RunDatabase;
const teamId = newId();
beforeAll(async () => {
  runs = await openRunDatabase();
});
// A pool whose connections were cut may wait for its own timeout of 5 seconds.
afterAll(() => runs.close(), 30_000);

/** Ends the server's side of every connection of a role, again and again, until it is told to stop. */
async function cutConnections(role: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await runs.admin.sql`
      select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role} and datname = current_database()`;
    await Bun.sleep(60 + Math.random() * 80);
  }
}

describe("a store whose connections are cut all the time", () => {
  test("writes every commit once and says so", async () => {
    const claims = [];
    for (let index = 0; index < 20; index++) claims.push((await claimNewRun(runs, teamId)).claimed);
    let retries = 0;
    const store = createRunStore(runs.open("dap_compute").sql, { onRetry: () => retries++, retryMs: 20_000 });
    const stopping = new AbortController();
    const cutting = cutConnections("dap_compute", stopping.signal);
    for (let round = 1; round <= 60; round++) {
      await Bun.sleep(5);
      const commits = claims.map((claimed): RunCommit => {
        const stepKey = `s${round}`;
        return commitOf(claimed, {
          afterSeq: round,
          events: [succeededEvent(stepKey)],
          steps: [{ stepKey, generation: 0 }],
        });
      });
      const outcomes = await store.commitRuns(commits);
      expect([...new Set([...outcomes.values()].map(({ kind }) => kind))]).toEqual(["kept"]);
    }
    stopping.abort();
    await cutting;
    expect(retries).toBeGreaterThan(0);
    for (const { run } of claims) expect(await runs.data.readEvents(teamId, run.id, 0, 200)).toHaveLength(61);
    expect(await checkInvariants(runs.admin.sql)).toEqual([]);
  }, 120_000);

  test("accepts and records every run once", async () => {
    let retries = 0;
    const store = createRunStore(runs.open("dap_edge").sql, { onRetry: () => retries++, retryMs: 20_000 });
    const stopping = new AbortController();
    const cutting = cutConnections("dap_edge", stopping.signal);
    const team = newId();
    for (let round = 0; round < 200; round++) {
      await Bun.sleep(2);
      const accepted = acceptedEvent(team);
      const ended = endedEvent(round);
      const idempotency = { scope: "e", key: `k${round}` };
      const start = round % 2 === 0 ? { accepted } : { accepted, idempotency };
      const [outcome] = await store.recordRuns([{ start, events: [accepted, ended], outcome: ended.outcome }]);
      expect(outcome).toEqual({ kind: "recorded", runId: accepted.runId });
    }
    stopping.abort();
    await cutting;
    expect(retries).toBeGreaterThan(0);
    expect((await runs.data.listRuns(team, { limit: 200 })).items).toHaveLength(200);
  }, 120_000);
});

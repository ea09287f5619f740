import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { acceptRunsIn } from "./accept";
import { createBatcher } from "./batcher";
import { checkInvariants } from "./invariant";
import type { RecordOutcome, RunRecord } from "./store";
import { acceptedEvent, endedEvent, openRunDatabase, type RunDatabase } from "./test-run";

let runs: RunDatabase;
const teamId = newId();
beforeAll(async () => {
  runs = await openRunDatabase();
});
afterAll(async () => {
  expect(await checkInvariants(runs.admin.sql)).toEqual([]);
  await runs.close();
});

const record = (key?: string): RunRecord => {
  const accepted = acceptedEvent(teamId);
  const ended = endedEvent(accepted.runId);
  const idempotency = key === undefined ? {} : { idempotency: { scope: "endpoint:e", key } };
  return { start: { accepted, ...idempotency }, events: [accepted, ended], outcome: ended.outcome };
};

describe("accepting runs", () => {
  test("inside a transaction of the caller's leaves nothing behind when that one breaks off", async () => {
    const connection = runs.open("dap_data");
    const accept = (accepted: ReturnType<typeof acceptedEvent>, fault?: Error) =>
      connection.sql.begin(async (tx) => {
        await tx`select set_config('app.teams', ${`{${teamId}}`}, true)`;
        await acceptRunsIn(tx, [{ accepted, deadlineAtMs: accepted.atMs + 60_000 }]);
        if (fault) throw fault;
      });
    const [lost, kept] = [acceptedEvent(teamId), acceptedEvent(teamId)];
    await expect(accept(lost, new Error("broken off"))).rejects.toThrow("broken off");
    await accept(kept);
    expect(await runs.data.findRun(teamId, lost.runId)).toBeUndefined();
    expect(await runs.data.readEvents(teamId, kept.runId, 0, 10)).toEqual([{ seq: 1, event: kept }]);
    expect((await runs.system.takeDispatches(100)).map(({ runId }) => runId)).toEqual([kept.runId]);
  });

  test("writes row, first event and dispatch together", async () => {
    const accepted = acceptedEvent(teamId, { trigger: { body: { text: '\u0000 and \ud800, {"a": [1e21, 0.1]}' } } });
    expect(await runs.data.acceptRuns([{ accepted }])).toEqual([{ kind: "accepted", runId: accepted.runId }]);
    expect(await runs.data.readEvents(teamId, accepted.runId, 0, 10)).toEqual([{ seq: 1, event: accepted }]);
    const row = await runs.data.findRun(teamId, accepted.runId);
    expect(row).toMatchObject({ status: "queued", lastSeq: 1, epoch: 0, createdAtMs: accepted.atMs });
    const dispatches = await runs.system.takeDispatches(100);
    expect(dispatches.map(({ runId }) => runId)).toContain(accepted.runId);
    expect(await runs.system.takeDispatches(100)).toEqual([]);
  });

  test("answers a repeated key with the first run, also inside one batch", async () => {
    const starts = ["k1", "k1", "k2"].map((key) => ({
      accepted: acceptedEvent(teamId),
      idempotency: { scope: "endpoint:e", key },
    }));
    const [first, second, third] = await runs.data.acceptRuns(starts);
    expect(first).toMatchObject({ kind: "accepted" });
    expect(second).toEqual({ kind: "repeated", runId: first?.runId ?? "" });
    expect(third).toMatchObject({ kind: "accepted" });
  });

  test("may be called again with the same run after an unknown outcome", async () => {
    const accepted = acceptedEvent(teamId);
    const start = { accepted, idempotency: { scope: "endpoint:e", key: accepted.runId } };
    expect(await runs.data.acceptRuns([start])).toEqual(await runs.data.acceptRuns([start]));
  });

  test("keeps one key of two teams apart", async () => {
    const key = { scope: "endpoint:e", key: "shared" };
    const starts = [teamId, newId()].map((id) => ({ accepted: acceptedEvent(id), idempotency: key }));
    expect((await runs.data.acceptRuns(starts)).map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
  });
});

describe("recording whole runs", () => {
  test("writes the end and the history in one go", async () => {
    const whole = record();
    expect(await runs.edge.recordRuns([whole])).toEqual([{ kind: "recorded", runId: whole.start.accepted.runId }]);
    const row = await runs.edge.findRun(teamId, whole.start.accepted.runId);
    expect(row).toMatchObject({ status: "succeeded", lastSeq: 2, outcome: whole.outcome });
    expect(await runs.system.takeDispatches(100)).not.toContainEqual(expect.objectContaining({ runId: row?.id }));
  });

  test("lets 50 calls with one key at a time come to one run and one answer", async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => runs.edge.recordRuns([record("race")])));
    const winners = outcomes.flat().filter(({ kind }) => kind === "recorded");
    expect(winners).toHaveLength(1);
    const runId = winners[0]?.runId ?? "";
    const losers = outcomes.flat().filter(({ kind }) => kind === "repeated");
    expect(losers).toHaveLength(49);
    for (const loser of losers) {
      expect(loser).toEqual({ kind: "repeated", runId, outcome: { status: "succeeded", output: runId } });
    }
  });

  test("refuses alone what cannot be stored, when batched", async () => {
    const batcher = createBatcher<RunRecord, RecordOutcome>(runs.edge.recordRuns, {
      maxEntries: 10,
      maxDelayMs: 1,
      inFlight: 1,
    });
    const bad = record("with \0 inside");
    const all = await Promise.allSettled([record(), bad, record(), record()].map((entry) => batcher.add(entry)));
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });
});

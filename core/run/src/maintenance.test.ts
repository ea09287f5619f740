import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { acceptedEvent, claimNewRun, commitOf, openRunDatabase, type RunDatabase } from "./test-run";

let runs: RunDatabase;
const teamId = newId();
beforeAll(async () => {
  runs = await openRunDatabase();
});
afterAll(() => runs.close());

const taken = async () => (await runs.system.takeDispatches(1000)).map(({ runId }) => runId);

describe("the relay's take", () => {
  test("gives each due dispatch to one of several relays", async () => {
    const starts = Array.from({ length: 60 }, () => ({ accepted: acceptedEvent(teamId) }));
    await runs.data.acceptRuns(starts);
    const parts = await Promise.all(Array.from({ length: 6 }, () => runs.system.takeDispatches(20)));
    const ids = parts.flat().map(({ runId }) => runId);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids, ...(await taken())].sort()).toEqual(starts.map(({ accepted }) => accepted.runId).sort());
  });
});

describe("the relay's lag", () => {
  test("is the age of the oldest dispatch that nobody took, and nothing when all are taken", async () => {
    await taken();
    expect(await runs.system.oldestDueMs()).toBeUndefined();
    await runs.data.acceptRuns([{ accepted: acceptedEvent(teamId) }]);
    await Bun.sleep(30);
    await runs.data.acceptRuns([{ accepted: acceptedEvent(teamId) }]);
    expect(await runs.system.oldestDueMs()).toBeWithin(30, 10_000);
    await taken();
    expect(await runs.system.oldestDueMs()).toBeUndefined();
  });
});

describe("the sweeper", () => {
  test("dispatches again a run whose lease ran out, and leaves a held one alone", async () => {
    const lost = await claimNewRun(runs, teamId, 1);
    const held = await claimNewRun(runs, teamId, 60_000);
    await Bun.sleep(5);
    await runs.system.sweep({ unclaimedMs: 60_000 });
    const ids = await taken();
    expect(ids).toContain(lost.request.runId);
    expect(ids).not.toContain(held.request.runId);
  });

  test("sends again what was confirmed and never claimed, each time after twice as long", async () => {
    const accepted = acceptedEvent(teamId);
    await runs.data.acceptRuns([{ accepted }]);
    for (const waitMs of [30, 60]) {
      const dispatch = (await runs.system.takeDispatches(1000)).find(({ runId }) => runId === accepted.runId);
      if (dispatch === undefined) throw new Error("not dispatched");
      await runs.system.markDispatched([dispatch]);
      await runs.system.sweep({ unclaimedMs: 30 });
      expect(await taken()).not.toContain(accepted.runId);
      await Bun.sleep(waitMs + 10);
      await runs.system.sweep({ unclaimedMs: 30 });
    }
    expect(await taken()).toContain(accepted.runId);
  });

  test("signals a deadline that has passed", async () => {
    const accepted = acceptedEvent(teamId);
    await runs.data.acceptRuns([{ accepted, deadlineAtMs: Date.now() - 1 }]);
    expect(await runs.system.sweep({ unclaimedMs: 60_000 })).toMatchObject({ deadlines: 1 });
    const claimed = await runs.compute.claimRun({
      teamId,
      runId: accepted.runId,
      dispatchId: newId(),
      redelivered: false,
      workerId: "w",
      leaseMs: 1000,
    });
    expect(claimed).toMatchObject({ signals: [{ signal: { kind: "deadlinePassed" } }] });
  });
});

describe("leases", () => {
  test("are renewed for the owner of the epoch only", async () => {
    const { claimed, request } = await claimNewRun(runs, teamId);
    const owned = { teamId, runId: request.runId, epoch: 1 };
    expect([...(await runs.compute.renewLeases("worker-1", [owned], 1000))]).toEqual([claimed.run.id]);
    expect(await runs.compute.renewLeases("worker-2", [owned], 1000)).toEqual(new Set());
    expect(await runs.compute.renewLeases("worker-1", [{ ...owned, epoch: 0 }], 1000)).toEqual(new Set());
  });

  test("are given up with a dispatch at once, and that is no loss of an owner", async () => {
    const { request } = await claimNewRun(runs, teamId);
    await runs.compute.releaseLeases("worker-1", [{ teamId, runId: request.runId, epoch: 1 }]);
    expect(await taken()).toContain(request.runId);
    expect(await runs.compute.claimRun(request)).toMatchObject({ kind: "claimed", claims: 1, run: { epoch: 2 } });
  });

  test("are void after a boot of the whole platform", async () => {
    const { request } = await claimNewRun(runs, teamId);
    expect(await runs.system.voidLeases()).toBeGreaterThan(0);
    expect(await taken()).toContain(request.runId);
  });

  test("let their owner see signals that came meanwhile", async () => {
    const { claimed, request } = await claimNewRun(runs, teamId);
    const asked = { teamId, runId: request.runId, foldedSignalSeq: 0 };
    expect(await runs.compute.findSignals([asked])).toEqual(new Map());
    await runs.data.signalRun(teamId, request.runId, { kind: "cancelRequested", force: true, by: "ann" });
    expect((await runs.compute.findSignals([asked])).get(request.runId)).toHaveLength(1);
    await runs.compute.commitRuns([commitOf(claimed, { foldedSignalSeq: 1 })]);
    expect(await runs.compute.findSignals([{ ...asked, foldedSignalSeq: 1 }])).toEqual(new Map());
  });
});

describe("lists of runs", () => {
  test("page through newest first, filtered by workflow and status", async () => {
    const team = newId();
    const workflow = { id: newId(), name: "w", version: 1 };
    const starts = Array.from({ length: 5 }, () => ({ accepted: acceptedEvent(team, { workflow }) }));
    await runs.data.acceptRuns([...starts, { accepted: acceptedEvent(team) }]);
    const ids = starts.map(({ accepted }) => accepted.runId).reverse();
    const first = await runs.data.listRuns(team, { workflowId: workflow.id, status: "queued", limit: 3 });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const cursor = first.nextCursor ?? "";
    const second = await runs.data.listRuns(team, { workflowId: workflow.id, cursor, limit: 3 });
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(second.nextCursor).toBeUndefined();
    expect((await runs.data.listRuns(team, { status: "failed", limit: 3 })).items).toEqual([]);
  });
});

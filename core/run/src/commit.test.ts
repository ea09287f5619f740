import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import fc from "fast-check";
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
afterAll(() => runs.close());

const step = (stepKey: string): Partial<RunCommit> => ({
  events: [succeededEvent(stepKey)],
  steps: [{ stepKey, generation: 1 }],
});
const outcomeOf = async (commit: RunCommit) => (await runs.compute.commitRuns([commit])).get(commit.runId);

describe("claiming a run", () => {
  test("is refused while somebody holds it, unless the same dispatch comes again", async () => {
    const { request } = await claimNewRun(runs, teamId);
    expect(await runs.compute.claimRun(request)).toEqual({ kind: "refused", reason: "held" });
    expect(await runs.compute.claimRun({ ...request, dispatchId: newId(), redelivered: true })).toMatchObject({
      reason: "held",
    });
    expect(await runs.compute.claimRun({ ...request, redelivered: true })).toMatchObject({
      kind: "claimed",
      claims: 2,
      run: { epoch: 2 },
    });
  });

  test("is given when the lease has run out", async () => {
    const { request } = await claimNewRun(runs, teamId, 1);
    await Bun.sleep(5);
    expect(await runs.compute.claimRun(request)).toMatchObject({ kind: "claimed", run: { epoch: 2 } });
  });

  test("is refused when the run has ended, waits for nothing, or is not there", async () => {
    const { claimed, request } = await claimNewRun(runs, teamId);
    const release = commitOf(claimed, { ...step("a"), next: { kind: "release", status: "waiting" } });
    expect(await outcomeOf(release)).toEqual({ kind: "kept" });
    expect(await runs.compute.claimRun(request)).toMatchObject({ reason: "stale" });
    await runs.data.signalRun(teamId, request.runId, { kind: "deadlinePassed" });
    const again = await runs.compute.claimRun(request);
    if (again.kind !== "claimed") throw new Error("not claimed");
    expect(again.events.map(({ seq }) => seq)).toEqual([1, 2]);
    const ended = endedEvent();
    await outcomeOf(commitOf(again, { events: [ended], next: { kind: "end", outcome: ended.outcome } }));
    expect(await runs.compute.claimRun(request)).toMatchObject({ reason: "ended" });
    expect(await runs.compute.claimRun({ ...request, runId: newId() })).toMatchObject({ reason: "missing" });
  });

  test("gives one of two requests in a batch the run", async () => {
    const accepted = acceptedEvent(teamId);
    await runs.data.acceptRuns([{ accepted }]);
    const request = {
      teamId,
      runId: accepted.runId,
      dispatchId: newId(),
      redelivered: false,
      workerId: "w",
      leaseMs: 9e3,
    };
    const outcomes = await runs.compute.claimRuns([request, { ...request, workerId: "v" }]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["claimed", "refused"]);
  });
});

describe("committing", () => {
  test("fences the old owner alone, and keeps the others of the batch", async () => {
    const [lost, kept] = [await claimNewRun(runs, teamId), await claimNewRun(runs, newId())];
    await runs.compute.claimRun({ ...lost.request, redelivered: true });
    const outcomes = await runs.compute.commitRuns([
      commitOf(lost.claimed, step("a")),
      commitOf(kept.claimed, step("a")),
    ]);
    expect(outcomes.get(lost.claimed.run.id)).toEqual({ kind: "fenced" });
    expect(outcomes.get(kept.claimed.run.id)).toEqual({ kind: "kept" });
    expect(await runs.data.readEvents(teamId, lost.claimed.run.id, 1, 10)).toEqual([]);
  });

  test("is kept, not fenced, when it is repeated because its answer was lost", async () => {
    const { claimed } = await claimNewRun(runs, teamId);
    const commit = commitOf(claimed, step("a"));
    expect(await outcomeOf(commit)).toEqual({ kind: "kept" });
    expect(await outcomeOf(commit)).toEqual({ kind: "kept" });
    expect(await outcomeOf({ ...commit, commitToken: newId() })).toEqual({ kind: "fenced" });
    expect(await runs.data.readEvents(teamId, claimed.run.id, 0, 10)).toHaveLength(2);
  });

  test("does not release a run that was told something meanwhile", async () => {
    const { claimed } = await claimNewRun(runs, teamId);
    const signal = { kind: "cancelRequested" as const, force: false, by: "ann" };
    expect(await runs.data.signalRun(teamId, claimed.run.id, signal)).toBe("signalled");
    const release = commitOf(claimed, { next: { kind: "release", status: "waiting" } });
    expect(await outcomeOf(release)).toMatchObject({ kind: "signalled", signals: [{ signalSeq: 1, signal }] });
    expect(await outcomeOf({ ...release, commitToken: newId(), foldedSignalSeq: 1 })).toEqual({ kind: "kept" });
    expect(await runs.data.findRun(teamId, claimed.run.id)).toMatchObject({ status: "waiting" });
  });

  test("finds what cannot be stored and writes the rest", async () => {
    const claims = [];
    for (let index = 0; index < 5; index++) claims.push(await claimNewRun(runs, teamId));
    const commits = claims.map(({ claimed }, index) => commitOf(claimed, step(index === 3 ? "nul \0" : "a")));
    const outcomes = await runs.compute.commitRuns(commits);
    expect(commits.map(({ runId }) => outcomes.get(runId)?.kind)).toEqual([
      "kept",
      "kept",
      "kept",
      "unstorable",
      "kept",
    ]);
  });

  test("records a step's result once, whatever owners do", async () => {
    const { claimed } = await claimNewRun(runs, teamId);
    const first = commitOf(claimed, step("a"));
    await outcomeOf(first);
    const again = commitOf(claimed, { ...step("a"), afterSeq: 2 });
    expect(await outcomeOf(again)).toMatchObject({ kind: "unstorable" });
  });

  test("saves timers that come back as signals when they are due", async () => {
    const { claimed, request } = await claimNewRun(runs, teamId);
    const timer = { stepKey: "pause", purpose: "wait" as const, attempt: 1, dueAtMs: Date.now() - 1 };
    await outcomeOf(commitOf(claimed, { timers: [timer], next: { kind: "release", status: "waiting" } }));
    expect(await runs.system.fireTimers(10)).toBe(1);
    expect(await runs.system.fireTimers(10)).toBe(0);
    expect((await runs.system.takeDispatches(100)).map(({ runId }) => runId)).toContain(request.runId);
    expect(await runs.compute.claimRun(request)).toMatchObject({
      kind: "claimed",
      signals: [{ signalSeq: 1, signal: { kind: "timerFired", stepKey: "pause", purpose: "wait", attempt: 1 } }],
    });
  });

  test("counts claims without progress, and a started effect is none", async () => {
    const { claimed, request } = await claimNewRun(runs, teamId);
    const started = { kind: "stepStarted" as const, stepKey: "a", attempt: 1, atMs: 1 };
    await outcomeOf(commitOf(claimed, { events: [started] }));
    const second = await runs.compute.claimRun({ ...request, redelivered: true });
    if (second.kind !== "claimed") throw new Error("not claimed");
    expect(second.claims).toBe(2);
    expect(await runs.compute.countStart({ teamId, runId: request.runId, epoch: 2 })).toBe(1);
    expect(await runs.compute.countStart({ teamId, runId: request.runId, epoch: 1 })).toBeUndefined();
    await outcomeOf(commitOf(second, step("a")));
    expect(await runs.compute.claimRun({ ...request, redelivered: true })).toMatchObject({ claims: 1, starts: 0 });
  });
});

describe("two owners of one run", () => {
  test("never write both, in any order of their commits, claims and retries", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("claim", "old", "new", "both", "again"), { maxLength: 12 }),
        async (acts) => {
          const { claimed, request } = await claimNewRun(runs, teamId);
          let older = { claim: claimed, seq: 1 };
          let newer = older;
          let last: RunCommit | undefined;
          let keptSteps = 0;
          const write = async (owner: typeof older) => {
            last = commitOf(owner.claim, { afterSeq: owner.seq, events: [succeededEvent(`s${newId()}`)] });
            const outcome = await outcomeOf(last);
            if (outcome?.kind !== "kept") return;
            expect(owner.claim.run.epoch).toBe(newer.claim.run.epoch);
            owner.seq += 1;
            keptSteps += 1;
          };
          for (const act of acts) {
            if (act === "claim") {
              const next = await runs.compute.claimRun({ ...request, redelivered: true });
              if (next.kind !== "claimed") throw new Error("not claimed");
              expect(next.events.length).toBe(1 + keptSteps);
              older = newer;
              newer = { claim: next, seq: next.run.lastSeq };
            } else if (act === "both") await Promise.all([write(older), write(newer)]);
            else if (act === "again" && last !== undefined) await outcomeOf(last);
            else await write(act === "old" ? older : newer);
          }
          expect(await runs.data.readEvents(teamId, request.runId, 0, 100)).toHaveLength(1 + keptSteps);
        },
      ),
      { numRuns: 40 },
    );
    // Other tests of this file let runs wait for nothing.
    const violations = await checkInvariants(runs.admin.sql);
    expect(violations.filter(({ invariant }) => invariant !== "I2")).toEqual([]);
  });
});

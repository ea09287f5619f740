import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { StepCall } from "@dap/connector";
import { openWorld, succeeded, type World } from "./test-world";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
const workers: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  expect(await world.check()).toEqual([]);
});

const startWorker: World["startWorker"] = async (...args) => {
  const worker = await world.startWorker(...args);
  workers.push(worker);
  return worker;
};
const eventsOf = async (runId: string) =>
  (await world.runs.data.readEvents(world.teamId, runId, 0, 1000)).map(({ event }) => event);
const never = (_: unknown, signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));

describe("a worker", () => {
  test("takes a run from its doorbell to its end, with one commit for the last result and the end", async () => {
    const workflow = await world.publishVersion({
      steps: [
        { id: "set", use: "transform.set", with: { twice: "{{ trigger.body.n * 2 }}" } },
        { id: "call", use: "test.keyed", with: { n: "{{ steps.set.twice }}" } },
      ],
      output: "{{ steps.call }}",
    });
    const calls: StepCall[] = [];
    await startWorker(async (call) => {
      calls.push(call);
      return succeeded(call.input);
    });
    const runId = await world.startRun(workflow, { n: 21 });
    expect(await world.outcome(runId)).toEqual({ status: "succeeded", output: { n: 42 } });
    expect(calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([`${runId}:call:0:1`]);
    expect((await eventsOf(runId)).map(({ kind }) => kind)).toEqual(["accepted", "stepSucceeded", "ended"]);
    const [pages] = await world.runs.admin.sql`select count(*)::int as n from run_event where run_id = ${runId}`;
    expect(pages?.n).toBe(1);
    await world.until(() => world.published.some((m) => m.kind === "runEvent" && m.runId === runId && m.seq === 3));
    const statuses = world.published.flatMap((m) =>
      m.kind === "runChanged" && m.run.id === runId ? [m.run.status] : [],
    );
    expect(statuses).toEqual(["running", "succeeded"]);
  });

  test("commits that an unkeyed effect starts before it performs it", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "send", use: "test.unkeyed", with: {} }] });
    let before: string[] = [];
    const runIds: string[] = [];
    await startWorker(async () => {
      before = (await eventsOf(runIds[0] ?? "")).map(({ kind }) => kind);
      return succeeded(null);
    });
    runIds.push(await world.startRun(workflow));
    await world.outcome(runIds[0] ?? "");
    expect(before).toEqual(["accepted", "stepStarted"]);
  });

  test("tries again after the delay of the step's retry, through a timer", async () => {
    const workflow = await world.publishVersion({
      steps: [{ id: "call", use: "test.read", with: {}, retry: { attemptsMax: 3, delayMsMin: 20, delayMsMax: 40 } }],
      output: "{{ steps.call }}",
    });
    let tries = 0;
    await startWorker(async () => {
      const error = { code: "BUSY", message: "busy", retryable: true };
      return ++tries < 3 ? { kind: "failed", error } : succeeded(tries);
    });
    expect(await world.outcome(await world.startRun(workflow))).toEqual({ status: "succeeded", output: 3 });
  });

  test("fails a step that takes longer than it may, though the step does not listen", async () => {
    const workflow = await world.publishVersion({
      steps: [{ id: "slow", use: "test.read", with: {}, timeoutMs: 100, retry: { attemptsMax: 1 } }],
    });
    await startWorker(() => new Promise(() => {}));
    const outcome = await world.outcome(await world.startRun(workflow));
    expect(outcome).toMatchObject({ status: "failed", error: { code: "TIMEOUT" }, stepKey: "slow" });
  });

  test("aborts what it is doing when the run is cancelled", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "slow", use: "test.unkeyed", with: {} }] });
    let isAborted = false;
    let isCalled = false;
    await startWorker((call, signal) => {
      isCalled = true;
      signal.addEventListener("abort", () => {
        isAborted = true;
      });
      return never(call, signal);
    });
    const runId = await world.startRun(workflow);
    await world.until(() => isCalled);
    const signal = { kind: "cancelRequested" as const, force: false, by: "ann" };
    expect(await world.runs.data.signalRun(world.teamId, runId, signal)).toBe("signalled");
    expect(await world.outcome(runId)).toEqual({ status: "cancelled" });
    expect(isAborted).toBe(true);
  });

  test("runs many at a time, branches side by side", async () => {
    const workflow = await world.publishVersion({
      steps: [
        {
          id: "each",
          use: "forEach",
          items: "{{ trigger.body.items }}",
          as: "item",
          concurrency: 4,
          steps: [{ id: "call", use: "test.keyed", with: { item: "{{ item }}" } }],
        },
      ],
      output: "{{ steps.each.map(x => x.item) }}",
    });
    await startWorker(async (call) => {
      await Bun.sleep(Math.random() * 5);
      return succeeded(call.input);
    });
    const items = [1, 2, 3, 4, 5, 6, 7];
    const runIds = await Promise.all(Array.from({ length: 30 }, () => world.startRun(workflow, { items })));
    for (const runId of runIds) expect(await world.outcome(runId)).toEqual({ status: "succeeded", output: items });
  });

  test("hands its runs over when it is stopped, and another goes on with the same key", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "call", use: "test.keyed", with: {} }] });
    const keys: string[] = [];
    const first = await startWorker((call, signal) => {
      keys.push(call.idempotencyKey);
      return never(call, signal);
    });
    const runId = await world.startRun(workflow);
    await world.until(() => keys.length === 1);
    await first.stop();
    await startWorker(async (call) => {
      keys.push(call.idempotencyKey);
      return succeeded(1);
    });
    expect(await world.outcome(runId)).toMatchObject({ status: "succeeded" });
    expect(keys).toEqual([keys[0] ?? "", keys[0] ?? ""]);
    const [row] = await world.runs.admin.sql`select epoch, claims from run where id = ${runId}`;
    expect(row).toMatchObject({ epoch: 2, claims: 0 });
  });

  test("renews the leases of long calls", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "call", use: "test.keyed", with: {} }] });
    let calls = 0;
    await startWorker(
      async () => {
        calls += 1;
        await Bun.sleep(1500);
        return succeeded(1);
      },
      { leaseMs: 450 },
    );
    const runId = await world.startRun(workflow);
    expect(await world.outcome(runId)).toMatchObject({ status: "succeeded" });
    expect(calls).toBe(1);
  });

  test("stops what it does for a run that somebody else has taken over", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "call", use: "test.keyed", with: {} }] });
    let calls = 0;
    let aborts = 0;
    await startWorker(
      async (call, signal) => {
        calls += 1;
        if (calls > 1) return succeeded(2);
        signal.addEventListener("abort", () => {
          aborts += 1;
        });
        return never(call, signal);
      },
      { leaseMs: 600 },
    );
    const runId = await world.startRun(workflow);
    await world.until(() => calls === 1);
    await world.runs.admin.sql`update run set epoch = epoch + 1, worker_id = 'other' where id = ${runId}`;
    expect(await world.outcome(runId)).toMatchObject({ status: "succeeded" });
    expect({ calls, aborts }).toEqual({ calls: 2, aborts: 1 });
  });

  test("ends a run as diverged when its history is not what the version says", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "pause", use: "wait", durationMs: 60_000 }] });
    const runId = await world.startRun(workflow);
    await world.runs.admin.sql`update run set last_seq = 2 where id = ${runId}`;
    await world.runs.admin.sql`
      insert into run_event (team_id, run_id, seq_first, seq_last, events)
      values (${world.teamId}, ${runId}, 2, 2, '[{"kind":"decided","stepKey":"x","choice":"then"}]')`;
    await startWorker(async () => succeeded(1));
    expect(await world.outcome(runId)).toMatchObject({ status: "diverged", error: { code: "DIVERGED" } });
  });

  test("fails the step of a run that keeps losing its workers, and nobody else's", async () => {
    const workflow = await world.publishVersion({ steps: [{ id: "boom", use: "test.keyed", with: {} }] });
    const runId = await world.startRun(workflow);
    await world.runs.admin.sql`update run set claims = 5, starts = 3 where id = ${runId}`;
    await startWorker(async () => succeeded(1));
    const other = await world.startRun(workflow);
    expect(await world.outcome(runId)).toMatchObject({ status: "failed", error: { code: "WORKER_LOST" } });
    expect(await world.outcome(other)).toMatchObject({ status: "succeeded" });
  });

  test("does not repeat an effect that may be made once at most", async () => {
    const workflow = await world.publishVersion({
      steps: [{ id: "send", use: "test.unkeyed", with: {}, effect: "atMostOnce" }],
    });
    let calls = 0;
    const first = await startWorker((call, signal) => {
      calls += 1;
      return never(call, signal);
    });
    const runId = await world.startRun(workflow);
    await world.until(() => calls === 1);
    await first.stop();
    await startWorker(async () => {
      calls += 1;
      return succeeded(1);
    });
    expect(await world.outcome(runId)).toMatchObject({ status: "failed", stepKey: "send" });
    expect(calls).toBe(1);
  });

  test("sends what is no dispatch to the dead letters", async () => {
    await startWorker(async () => succeeded(1));
    await world.broker.publish("run.dispatch", [{ id: "odd", body: { runId: "no uuid" } }]);
    await world.until(async () => {
      const [row] = await world.runs.admin.sql`select count(*)::int as n from broker.dead_letter`;
      return row?.n === 1;
    });
  });
});

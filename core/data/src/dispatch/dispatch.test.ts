import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { DispatchMessage, Json } from "@dap/contract";
import type { OutgoingMessage } from "@dap/platform/broker";
import { silentLogger } from "@dap/platform/log";
import { dispatchQueue } from "@dap/run";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp, teamA } from "../test-app";
import { type Relay, startRelay } from "./relay";
import { startSweeper } from "./sweeper";

let app: TestApp;
let workflowId: string;
const running: { stop: () => Promise<void> }[] = [];
beforeAll(async () => {
  app = await createTestApp();
  workflowId = (await app.ask("POST", "/workflows", { body: { document: exampleWorkflow } })).body.id;
  await app.ask("POST", `/workflows/${workflowId}/publish`);
}, 60_000);
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
});
afterAll(() => app.close());

const start = async (): Promise<string> => {
  const input = { customer: "Ada", lines: [] };
  return (await app.ask("POST", `/workflows/${workflowId}/runs`, { body: { input } })).body.runId;
};

const runOf = (message: { body: Json }) => (message.body as DispatchMessage).runId;

/** A broker that keeps what it is given; `failing` is answered as failed. */
function fakeBroker() {
  const sent: OutgoingMessage[] = [];
  const broker = {
    blocked: false,
    connected: true,
    failing: false,
    declared: [] as string[],
    declareQueue: async (queue: string) => void broker.declared.push(queue),
    publish: async (queue: string, messages: readonly OutgoingMessage[]) => {
      expect(queue).toBe(dispatchQueue);
      const ids = messages.map(({ id }) => id);
      if (broker.failing) return { confirmed: [], failed: ids };
      sent.push(...messages);
      return { confirmed: ids, failed: [] };
    },
  };
  return { broker, sent };
}

const relayFor = (broker: ReturnType<typeof fakeBroker>["broker"], pollMs = 20): Relay => {
  const relay = startRelay({ maintenance: app.maintenance, broker, log: silentLogger, pollMs });
  running.push(relay);
  return relay;
};

const until = async (isSo: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> => {
  const endMs = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error("it did not come to pass");
    await Bun.sleep(10);
  }
};

describe("the relay", () => {
  test("publishes each accepted run once, however many relays there are", async () => {
    const { broker, sent } = fakeBroker();
    for (let n = 0; n < 3; n += 1) relayFor(broker);
    const runIds = await Promise.all(Array.from({ length: 40 }, start));
    await until(() => runIds.every((runId) => sent.some((message) => runOf(message) === runId)));
    await Bun.sleep(100);
    const mine = sent.filter((message) => runIds.includes(runOf(message)));
    expect(mine.length).toBe(40);
    expect(mine.every(({ body }) => (body as DispatchMessage).teamId === teamA)).toBe(true);
    expect(broker.declared).toContain(dispatchQueue);
  });

  test("works at once when it is woken", async () => {
    const { broker, sent } = fakeBroker();
    // Nothing is left from the tests before, so that the relay settles down to its slow pace.
    await app.maintenance.takeDispatches(1_000);
    const relay = relayFor(broker, 60_000);
    await Bun.sleep(50);
    const runId = await start();
    expect(sent.some((message) => runOf(message) === runId)).toBe(false);
    relay.wake();
    await until(() => sent.some((message) => runOf(message) === runId), 1_000);
  });

  test("holds back while the broker is blocked or away", async () => {
    const { broker, sent } = fakeBroker();
    broker.blocked = true;
    relayFor(broker);
    const runId = await start();
    await Bun.sleep(150);
    expect(sent).toEqual([]);
    broker.blocked = false;
    await until(() => sent.some((message) => runOf(message) === runId));
  });

  test("goes on after the broker or the database failed it", async () => {
    const { broker, sent } = fakeBroker();
    let failures = 2;
    const takeDispatches: typeof app.maintenance.takeDispatches = (limit) =>
      failures-- > 0 ? Promise.reject(new Error("away")) : app.maintenance.takeDispatches(limit);
    const relay = startRelay({
      maintenance: { ...app.maintenance, takeDispatches },
      broker,
      log: silentLogger,
      pollMs: 10,
    });
    running.push(relay);
    const runId = await start();
    await until(() => sent.some((message) => runOf(message) === runId));
  });

  test("waits at its stop for what it has taken", async () => {
    const { broker, sent } = fakeBroker();
    const gate = Promise.withResolvers<void>();
    const slow = {
      ...broker,
      publish: async (queue: string, messages: readonly OutgoingMessage[]) => {
        await gate.promise;
        return broker.publish(queue, messages);
      },
    };
    const runId = await start();
    const relay = startRelay({ maintenance: app.maintenance, broker: slow, log: silentLogger, pollMs: 10 });
    await Bun.sleep(100);
    const stopping = relay.stop();
    gate.resolve();
    await stopping;
    expect(sent.some((message) => runOf(message) === runId)).toBe(true);
  });
});

describe("the sweeper", () => {
  test("sends a run again whose dispatch was taken, confirmed and never claimed", async () => {
    const { broker, sent } = fakeBroker();
    const relay = relayFor(broker);
    const runId = await start();
    await until(() => sent.some((message) => runOf(message) === runId));
    running.push(
      startSweeper({
        maintenance: app.maintenance,
        wakeRelay: relay.wake,
        log: silentLogger,
        everyMs: 20,
        unclaimedMs: 50,
      }),
    );
    await until(() => sent.filter((message) => runOf(message) === runId).length >= 2);
  });

  test("takes over a run whose worker's lease ran out", async () => {
    const { broker, sent } = fakeBroker();
    const relay = relayFor(broker);
    const runId = await start();
    await until(() => sent.some((message) => runOf(message) === runId));
    const dispatchId = sent.find((message) => runOf(message) === runId)?.id ?? "";
    const claim = { teamId: teamA, runId, dispatchId, redelivered: false, workerId: "dying", leaseMs: 50 };
    expect((await app.workerStore.claimRun(claim)).kind).toBe("claimed");
    running.push(startSweeper({ maintenance: app.maintenance, wakeRelay: relay.wake, log: silentLogger, everyMs: 20 }));
    await until(() => sent.filter((message) => runOf(message) === runId).length === 2);
  });

  test("goes on after a failure and cleans up once in a while", async () => {
    let sweeps = 0;
    let cleanings = 0;
    const sweep = () => {
      sweeps += 1;
      return sweeps === 1 ? Promise.reject(new Error("away")) : Promise.resolve({ redispatched: 0, deadlines: 0 });
    };
    const maintenance = { sweep, fireTimers: async () => 0, ensurePartitions: async () => 0 };
    const cleanUp = async () => {
      cleanings += 1;
    };
    running.push(startSweeper({ maintenance, wakeRelay: () => {}, log: silentLogger, everyMs: 5, cleanUp }));
    await until(() => sweeps > 3);
    expect(cleanings).toBe(1);
  });
});

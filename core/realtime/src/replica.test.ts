import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Broker, createEmbeddedBroker, ensureEmbeddedBroker } from "@dap/platform/broker";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { createTestDatabase } from "@dap/platform/test-postgres";
import { account, createFakeSource, createStage, openSocket, origin } from "./test-stage";

describe("two realtime servers", () => {
  const team = newId();
  const source = createFakeSource();
  const brokers: Broker[] = [];
  const stages: Awaited<ReturnType<typeof createStage>>[] = [];
  beforeAll(async () => {
    const database = await createTestDatabase();
    await ensureEmbeddedBroker(database.ownerUrl);
    for (const name of ["one", "two"]) {
      const broker = await createEmbeddedBroker(database.roleUrl("dap_data"), { log: silentLogger, name });
      brokers.push(broker);
      stages.push(await createStage({ broker, source }));
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all(stages.map((stage) => stage.stop()));
    await Promise.all(brokers.map((broker) => broker.close()));
  });

  test("pass on to each other what they are told, once", async () => {
    const runId = source.addRun(team, 0);
    const sockets = await Promise.all(stages.map((stage) => stage.open(team)));
    for (const socket of sockets) socket.ask({ kind: "subscribe", topic: `run/${runId}` });
    for (const socket of sockets) await socket.until(() => socket.heard.length === 1);
    stages[0]?.hub.publish([source.append(runId), source.append(runId)]);
    for (const socket of sockets) await socket.until(() => socket.seqs(runId).length === 2);
    await Bun.sleep(50);
    for (const socket of sockets) expect(socket.seqs(runId)).toEqual([1, 2]);
  });

  test("know each other's tickets, and use each only once", async () => {
    const [one, two] = stages;
    const ticket = one?.tickets.issue({ principal: account(team, "viewer", newId()) });
    await Bun.sleep(150);
    const socket = await openSocket(`${two?.url}/realtime?ticket=${ticket}`, { origin });
    socket.close();
    await Bun.sleep(150);
    await expect(openSocket(`${one?.url}/realtime?ticket=${ticket}`, { origin })).rejects.toThrow();
    await expect(openSocket(`${two?.url}/realtime?ticket=${ticket}`, { origin })).rejects.toThrow();
  });
});

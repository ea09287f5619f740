import { afterAll, describe, expect, test } from "bun:test";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import type { Broker } from "../broker";
import { silentLogger } from "../log";
import { describeWithRabbit } from "../test-rabbitmq";
import { describeBroker } from "./broker.contract";
import { createRabbitBroker } from "./rabbit";

/** Stands between client and server, so that a test can cut the wire. */
async function startWire(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => void to.write(chunk));
      from.on("close", () => to.destroy());
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const wired = new URL(url);
  if (typeof address === "object" && address !== null) wired.port = String(address.port);
  return {
    url: wired.href,
    cut: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close: () => server.close(),
  };
}

describeWithRabbit("with RabbitMQ", (rabbit) => {
  const wires = new Map<Broker, Awaited<ReturnType<typeof startWire>>>();
  afterAll(() => {
    for (const wire of wires.values()) wire.close();
  });

  describeBroker("the RabbitMQ broker", async () => {
    const { url } = await rabbit();
    return {
      connect: async () => {
        const wire = await startWire(url);
        const broker = await createRabbitBroker(wire.url, { log: silentLogger });
        wires.set(broker, wire);
        return broker;
      },
      cut: async (broker) => wires.get(broker)?.cut(),
    };
  });
});

describe("a RabbitMQ broker that is not there", () => {
  test("fails in one clear line", async () => {
    const attempt = createRabbitBroker("amqp://127.0.0.1:1", { log: silentLogger, connectWithinMs: 300 });
    await expect(attempt).rejects.toMatchObject({ code: "BROKER_UNREACHABLE" });
  });
});

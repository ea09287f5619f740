import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Broker } from "../broker";
import { sleep } from "../clock";
import { silentLogger } from "../log";
import { describeWithRabbit, type OwnRabbit, startOwnRabbit } from "../test-rabbitmq";
import { createRabbitBroker } from "./rabbit";

describeWithRabbit("a RabbitMQ that suffers", () => {
  let server: OwnRabbit;
  let broker: Broker;
  beforeAll(async () => {
    server = await startOwnRabbit();
    broker = await createRabbitBroker(server.url, { log: silentLogger });
  }, 120_000);
  afterAll(async () => {
    await broker.close();
    await server.stop();
  }, 30_000);

  const until = async (isTrue: () => boolean, withinMs: number) => {
    for (const endMs = Date.now() + withinMs; !isTrue(); await sleep(20)) {
      if (Date.now() > endMs) throw new Error(`did not happen within ${withinMs} ms`);
    }
  };

  test("loses nothing that it confirmed when it is killed in the middle of publishing", async () => {
    const confirmed = new Set<string>();
    const delivered = new Set<string>();
    let lost = 0;
    let failed = 0;
    const consumer = await broker.consume("killed", { prefetch: 50 }, (delivery) => {
      delivered.add(delivery.id);
      delivery.ack();
    });
    consumer.onLost(() => lost++);
    let isOver = false;
    const publishing = (async () => {
      for (let page = 0; !isOver; page++) {
        const outcome = await broker.publish(
          "killed",
          Array.from({ length: 20 }, (_, n) => ({ id: `${page}-${n}`, body: n })),
        );
        for (const id of outcome.confirmed) confirmed.add(id);
        failed += outcome.failed.length;
        await sleep(5);
      }
    })();
    await until(() => confirmed.size > 500, 10_000);
    // RabbitMQ writes down that a quorum queue exists half a second late; killed before that, it loses the queue itself.
    await sleep(2_000);
    await server.kill();
    expect(broker.connected).toBe(false);
    const before = confirmed.size;
    await server.restart();
    await until(() => confirmed.size > before + 200, 30_000);
    isOver = true;
    await publishing;
    await until(() => [...confirmed].every((id) => delivered.has(id)), 10_000);
    expect(failed).toBeGreaterThan(0);
    expect(lost).toBe(1);
  }, 120_000);

  test("says that it is blocked, fails what is published meanwhile, and lets acknowledgements pass", async () => {
    await broker.declareQueue("blocked");
    await broker.publish(
      "blocked",
      Array.from({ length: 10 }, (_, n) => ({ id: `early-${n}`, body: n })),
    );
    await server.ctl("set_disk_free_limit", "mem_relative", "1000.0");
    // The alarm shows when something is published, and not before.
    const late = broker.publish("blocked", [{ id: "late", body: 1 }]);
    await until(() => broker.blocked, 20_000);
    expect(await broker.publish("blocked", [{ id: "refused", body: 1 }])).toEqual({
      confirmed: [],
      failed: ["refused"],
    });
    const got: string[] = [];
    const consumer = await broker.consume("blocked", { prefetch: 3 }, (delivery) => {
      got.push(delivery.id);
      delivery.ack();
    });
    await until(() => got.length >= 10, 10_000);
    await server.ctl("set_disk_free_limit", "50MB");
    await until(() => !broker.blocked, 20_000);
    const outcome = await late;
    expect(outcome.confirmed.length + outcome.failed.length).toBe(1);
    expect((await broker.publish("blocked", [{ id: "after", body: 1 }])).confirmed).toEqual(["after"]);
    await until(() => got.includes("after"), 10_000);
    await consumer.stop();
  }, 90_000);

  test("makes a queue anew that was deleted under its consumer", async () => {
    const got: string[] = [];
    const consumer = await broker.consume("deleted", { prefetch: 3 }, (delivery) => {
      got.push(delivery.id);
      delivery.ack();
    });
    await server.ctl("delete_queue", "deleted");
    let confirmed = false;
    for (let tries = 0; !confirmed && tries < 100; tries++) {
      await sleep(50);
      confirmed = (await broker.publish("deleted", [{ id: "again", body: 1 }])).confirmed.length === 1;
    }
    await until(() => got.includes("again"), 10_000);
    await consumer.stop();
  }, 60_000);
});

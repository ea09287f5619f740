import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import type { Broker, Delivery } from "../broker";
import { sleep } from "../clock";

/** One broker server under test, to which any number of clients connect. */
export type BrokerUnderTest = {
  readonly connect: () => Promise<Broker>;
  /** Cuts a client's connections from the server's side. */
  readonly cut: (broker: Broker) => Promise<void>;
};

/** What every implementation of `Broker` does, proved against real servers. */
export function describeBroker(name: string, start: () => Promise<BrokerUnderTest>): void {
  describe(name, () => {
    let server: BrokerUnderTest;
    const open: Broker[] = [];
    const connect = async () => {
      const broker = await server.connect();
      open.push(broker);
      return broker;
    };
    let queueCount = 0;
    const newQueue = () => `contract-${process.pid}-${queueCount++}`;

    beforeAll(async () => {
      server = await start();
    }, 120_000);
    afterAll(() => Promise.all(open.map((broker) => broker.close())).then(() => {}), 30_000);

    test("confirms what it stores and hands it out with id and body as they were", async () => {
      const broker = await connect();
      const queue = newQueue();
      const box = await collect(broker, queue, 10);
      const body = { text: "ä\u2028\0", n: 1.5, list: [null, true, {}] };
      const outcome = await broker.publish(queue, [
        { id: "a", body },
        { id: "b", body: "plain" },
      ]);
      expect(outcome).toEqual({ confirmed: ["a", "b"], failed: [] });
      await box.until(2);
      expect(box.got.map(({ id, body, redelivered }) => ({ id, body, redelivered })).sort(byId)).toEqual([
        { id: "a", body, redelivered: false },
        { id: "b", body: "plain", redelivered: false },
      ]);
    });

    test("fails a message to a queue that nobody made, though the server takes it", async () => {
      const broker = await connect();
      expect(await broker.publish(newQueue(), [{ id: "a", body: 1 }])).toEqual({ confirmed: [], failed: ["a"] });
      const queue = newQueue();
      await broker.declareQueue(queue);
      await broker.declareQueue(queue);
      expect(await broker.publish(queue, [{ id: "a", body: 1 }])).toEqual({ confirmed: ["a"], failed: [] });
    });

    test("hands nothing out again that was acknowledged", async () => {
      const queue = newQueue();
      const [publisher, first] = [await connect(), await connect()];
      const box = await collect(first, queue, 100, (delivery) => delivery.ack());
      await publisher.publish(queue, numbered(50));
      await box.until(50);
      await first.close();
      const second = await collect(await connect(), queue, 100);
      await sleep(300);
      expect(second.got).toEqual([]);
    });

    test("hands the messages of a consumer that went away to another one, marked as redelivered", async () => {
      const queue = newQueue();
      const [publisher, first, second] = [await connect(), await connect(), await connect()];
      const box = await collect(first, queue, 10);
      await publisher.publish(queue, numbered(5));
      await box.until(5);
      const next = await collect(second, queue, 10, (delivery) => delivery.ack());
      expect(next.got).toEqual([]);
      await first.close();
      await next.until(5);
      expect(next.got.map((delivery) => delivery.redelivered)).toEqual(Array(5).fill(true));
    });

    test("tells a consumer that its channel was lost, gives its messages out again, and comes back by itself", async () => {
      const queue = newQueue();
      const broker = await connect();
      let lost = 0;
      const box = await collect(broker, queue, 3);
      box.consumer.onLost(() => lost++);
      await broker.publish(queue, numbered(3));
      await box.until(3);
      await server.cut(broker);
      await box.until(6);
      expect(lost).toBe(1);
      const [before, after] = [box.got.slice(0, 3), box.got.slice(3)];
      expect(after.map((delivery) => delivery.redelivered)).toEqual([true, true, true]);
      expect(await publishUntilConfirmed(broker, queue, { id: "later", body: 1 })).toBe(true);
      // These answers are of the lost channel: they settle nothing, and make no room for a fourth message.
      for (const delivery of before) delivery.ack();
      await sleep(300);
      expect(box.got.length).toBe(6);
      for (const delivery of after) delivery.ack();
      await box.until(7);
      expect(box.got[6]?.id).toBe("later");
    }, 30_000);

    test("gives out no more than the prefetch at a time", async () => {
      const queue = newQueue();
      const broker = await connect();
      const box = await collect(broker, queue, 4);
      await broker.publish(queue, numbered(20));
      await box.until(4);
      await sleep(200);
      expect(box.got.length).toBe(4);
      box.got[0]?.ack();
      box.got[1]?.ack();
      await box.until(6);
      await sleep(200);
      expect(box.got.length).toBe(6);
    });

    test("counts only the first answer to a delivery", async () => {
      const queue = newQueue();
      const broker = await connect();
      const box = await collect(broker, queue, 2, (delivery) => {
        delivery.ack();
        delivery.ack();
        delivery.nack(true);
      });
      await broker.publish(queue, numbered(10));
      await box.until(10);
      await sleep(200);
      expect(box.got.length).toBe(10);
    });

    test("requeues what is given back or what the handler threw on, and drops what is rejected", async () => {
      const queue = newQueue();
      const broker = await connect();
      const answers: ((delivery: Delivery) => void)[] = [
        (delivery) => delivery.nack(true),
        () => {
          throw new Error("a handler that breaks its word");
        },
        (delivery) => delivery.nack(false),
      ];
      const box = await collect(broker, queue, 1, (delivery) => answers.shift()?.(delivery));
      await broker.publish(queue, [{ id: "a", body: 1 }]);
      await box.until(3);
      await sleep(300);
      expect(box.got.map((delivery) => delivery.redelivered)).toEqual([false, true, true]);
    });

    test("takes no more after a stop, while deliveries in hand can still be acknowledged", async () => {
      const queue = newQueue();
      const broker = await connect();
      const box = await collect(broker, queue, 2);
      await broker.publish(queue, numbered(6));
      await box.until(2);
      await box.consumer.stop();
      for (const delivery of box.got) delivery.ack();
      await sleep(200);
      expect(box.got.length).toBe(2);
      await broker.close();
      const rest = await collect(await connect(), queue, 10);
      await rest.until(4);
      expect(rest.got.map((delivery) => delivery.id).sort()).toEqual(["m2", "m3", "m4", "m5"]);
    });

    test("shares the messages of a queue between consumers, each to one", async () => {
      const queue = newQueue();
      const [one, two] = [await connect(), await connect()];
      const boxes = await Promise.all(
        [one, two].map((broker) => collect(broker, queue, 5, (d) => setTimeout(d.ack, 2))),
      );
      await one.publish(queue, numbered(200));
      await waitFor(() => boxes.reduce((sum, box) => sum + box.got.length, 0) >= 200);
      await sleep(100);
      const ids = boxes.flatMap((box) => box.got.map((delivery) => delivery.id));
      expect(ids.length).toBe(200);
      expect(new Set(ids).size).toBe(200);
    });

    test("reaches everybody who listens with a fanout, whatever its size, and nobody who has left", async () => {
      const [one, two] = [await connect(), await connect()];
      const heard: [string, Json][] = [];
      await one.subscribeFanout("news", (body) => heard.push(["one", body]));
      await two.subscribeFanout("news", (body) => heard.push(["two", body]));
      const leave = await two.subscribeFanout("news", (body) => heard.push(["left", body]));
      await two.subscribeFanout("other", (body) => heard.push(["other", body]));
      await leave();
      const long = "x".repeat(20_000);
      for (const body of ["same", "same", long]) one.publishFanout("news", body);
      await waitFor(() => heard.length >= 6);
      await sleep(100);
      for (const who of ["one", "two"]) {
        expect(heard.filter(([name]) => name === who).map(([, body]) => body)).toEqual(["same", "same", long]);
      }
      expect(heard.length).toBe(6);
    });

    test("carries thousands of messages and loses none", async () => {
      const queue = newQueue();
      const broker = await connect();
      const box = await collect(broker, queue, 256, (delivery) => delivery.ack());
      const messages = numbered(6_000);
      const startMs = performance.now();
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, page) => broker.publish(queue, messages.slice(page * 200, page * 200 + 200))),
      );
      await box.until(6_000, 30_000);
      const perSecond = Math.round(6_000 / ((performance.now() - startMs) / 1_000));
      console.log(`${name}: ${perSecond} messages a second through publish, take and acknowledge`);
      expect(outcomes.flatMap((outcome) => outcome.failed)).toEqual([]);
      expect(new Set(box.got.map((delivery) => delivery.id)).size).toBe(6_000);
    }, 60_000);
  });
}

const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `m${index}`, body: { index } }));

/** A consumer that keeps what it gets. Without an answer function, the messages stay in its hands. */
async function collect(
  broker: Broker,
  queue: string,
  prefetch: number,
  answer: (delivery: Delivery) => void = () => {},
) {
  const got: Delivery[] = [];
  const consumer = await broker.consume(queue, { prefetch }, (delivery) => {
    got.push(delivery);
    answer(delivery);
  });
  return { got, consumer, until: (count: number, withinMs = 15_000) => waitFor(() => got.length >= count, withinMs) };
}

async function waitFor(isTrue: () => boolean, withinMs = 15_000): Promise<void> {
  for (const endMs = Date.now() + withinMs; !isTrue(); await sleep(5)) {
    if (Date.now() > endMs) throw new Error(`did not happen within ${withinMs} ms`);
  }
}

async function publishUntilConfirmed(
  broker: Broker,
  queue: string,
  message: { id: string; body: Json },
): Promise<boolean> {
  for (const endMs = Date.now() + 15_000; Date.now() < endMs; await sleep(50)) {
    if ((await broker.publish(queue, [message])).confirmed.length === 1) return true;
  }
  return false;
}

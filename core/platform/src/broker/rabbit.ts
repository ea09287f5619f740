import type { Broker } from "../broker";
import type { Logger } from "../log";
import { openRabbitConnection } from "./rabbit-connection";
import { createRabbitConsumer, type RabbitConsumer } from "./rabbit-consumer";
import { createRabbitFanout } from "./rabbit-fanout";
import { createRabbitPublisher } from "./rabbit-publisher";
import { assertRabbitQueue } from "./rabbit-queue";

export type RabbitBrokerOptions = {
  readonly log: Logger;
  /** Shown in the broker's list of connections. */
  readonly name?: string;
  /** How long to wait for the first connection; 15,000 by default. Later ones are waited for as long as it takes. */
  readonly connectWithinMs?: number;
};

/**
 * The broker over RabbitMQ (3.10 or later): quorum queues, persistent and mandatory messages, confirms in a window. Fails
 * with `Failure` `BROKER_UNREACHABLE` if the first connection does not come about.
 *
 * Publishing and consuming have a connection each: under a memory or disk alarm the broker stops reading from one that
 * publishes, and acknowledgements must pass for the queues to empty.
 */
export async function createRabbitBroker(url: string, options: RabbitBrokerOptions): Promise<Broker> {
  const { log, name = "dap", connectWithinMs: withinMs = 15_000 } = options;
  const consumers = new Set<RabbitConsumer>();
  const fanout = createRabbitFanout(log);
  const publisher = createRabbitPublisher(() => publishing?.isBlocked() ?? false, log);
  const publishing = await openRabbitConnection({
    url,
    log,
    withinMs,
    name: `${name}-publish`,
    onOpen: async (model) => {
      await publisher.open(model);
      await fanout.openPublisher(model);
    },
    onLost: () => {
      publisher.lose();
      fanout.losePublisher();
    },
  });
  const consuming = await openRabbitConnection({
    url,
    log,
    withinMs,
    name: `${name}-consume`,
    onOpen: async (model) => {
      await fanout.openSubscriber(model);
      for (const consumer of consumers) await consumer.open(model);
    },
    onLost: () => {
      fanout.loseSubscriber();
      for (const consumer of consumers) consumer.lose();
    },
  }).catch(async (error) => {
    await publishing.close();
    throw error;
  });

  return {
    declareQueue: async (queue) => {
      const model = publishing.model();
      if (model === undefined) throw new Error("RabbitMQ is away");
      const channel = await model.createChannel();
      channel.on("error", () => {}); // the failed call below throws it
      await assertRabbitQueue(channel, queue);
      await channel.close();
    },
    publish: publisher.publish,
    consume: async (queue, { prefetch }, handler) => {
      const consumer = createRabbitConsumer(queue, prefetch, handler, log);
      consumers.add(consumer);
      const model = consuming.model();
      if (model !== undefined) await consumer.open(model);
      return consumer;
    },
    publishFanout: fanout.publish,
    subscribeFanout: async (exchange, callback) => {
      const remove = await fanout.subscribe(exchange, callback);
      return async () => remove();
    },
    get blocked() {
      return publishing.isBlocked();
    },
    get connected() {
      return publishing.model() !== undefined && consuming.model() !== undefined;
    },
    close: async () => {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      await publisher.drain();
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}

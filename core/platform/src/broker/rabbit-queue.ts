import type { Channel } from "amqplib";

const deadExchange = "dap.dead";
const lengthMax = 1_000_000;

/**
 * A quorum queue with all its arguments explicit, because defaults differ between releases of the broker. The delivery
 * limit is out of reach on purpose: it would count deliveries that were never touched; poison is counted in Postgres.
 * When the queue is full the publisher is told, instead of the oldest message being dropped.
 */
export async function assertRabbitQueue(channel: Channel, queue: string): Promise<void> {
  await channel.assertExchange(deadExchange, "direct", { durable: true });
  await channel.assertQueue(`${queue}.dead`, {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      "x-delivery-limit": 1_000_000,
      "x-max-length": lengthMax,
      "x-overflow": "reject-publish",
    },
  });
  await channel.bindQueue(`${queue}.dead`, deadExchange, queue);
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      "x-delivery-limit": 1_000_000,
      "x-dead-letter-exchange": deadExchange,
      "x-dead-letter-routing-key": queue,
      "x-dead-letter-strategy": "at-least-once",
      "x-max-length": lengthMax,
      "x-overflow": "reject-publish",
    },
  });
}

import type { Json } from "@dap/contract";
import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Consumer, Delivery } from "../broker";
import { sleep } from "../clock";
import type { Logger } from "../log";
import { assertRabbitQueue } from "./rabbit-queue";
import { type Answer, createDelivery, createListeners, deliver } from "./settle";

export type RabbitConsumer = Consumer & {
  readonly open: (model: ChannelModel) => Promise<void>;
  /** The channel is gone: whatever is in hand belongs to others. */
  readonly lose: () => void;
};

export function createRabbitConsumer(
  queue: string,
  prefetch: number,
  handler: (delivery: Delivery) => void,
  log: Logger,
): RabbitConsumer {
  const lost = createListeners<void>(log);
  let channel: Channel | undefined;
  let consumerTag: string | undefined;
  let isStopped = false;

  const lose = () => {
    if (channel === undefined) return;
    channel = undefined;
    consumerTag = undefined;
    lost.call();
  };

  const open = async (model: ChannelModel): Promise<void> => {
    const opened = await model.createChannel();
    opened.on("error", (error) => log.warn("A consuming channel failed.", { queue, error }));
    opened.on("close", () => {
      if (channel !== opened) return;
      lose();
      void reopen(model);
    });
    channel = opened;
    await assertRabbitQueue(opened, queue);
    await opened.prefetch(prefetch);
    const { consumerTag: tag } = await opened.consume(queue, (message) => take(opened, message));
    consumerTag = tag;
  };

  /** Ends in failure when the connection is gone as well: then it is opened with the next one. */
  const reopen = async (model: ChannelModel) => {
    await sleep(100 + Math.random() * 200);
    if (isStopped || channel !== undefined) return;
    await open(model).catch((error) => log.warn("A consuming channel cannot be opened again.", { queue, error }));
  };

  const take = (from: Channel, message: ConsumeMessage | null) => {
    if (message === null) {
      // The queue was deleted under us: closing the channel makes both anew.
      from.close().catch(() => {});
      return;
    }
    const settle = (answer: Answer) => {
      if (channel === from) send(from, message, answer);
    };
    const body = parseBody(message);
    if (body === undefined) {
      log.error("A message that is not JSON goes to the dead letters.", { queue });
      settle("reject");
      return;
    }
    const { redelivered } = message.fields;
    const delivery = createDelivery({ id: String(message.properties.messageId ?? ""), body, redelivered }, settle);
    if (isStopped) delivery.nack(true);
    else deliver(delivery, handler, log);
  };

  const send = (to: Channel, message: ConsumeMessage, answer: Answer) => {
    try {
      if (answer === "ack") to.ack(message);
      else to.nack(message, false, answer === "requeue");
    } catch (error) {
      // The channel closed a moment ago; its messages come again.
      log.warn("A message could not be answered.", { queue, error });
    }
  };

  return {
    open,
    lose,
    stop: async () => {
      isStopped = true;
      if (channel !== undefined && consumerTag !== undefined) await channel.cancel(consumerTag).catch(() => {});
    },
    onLost: lost.add,
  };
}

function parseBody(message: ConsumeMessage): Json | undefined {
  try {
    return JSON.parse(message.content.toString()) as Json; // JSON.parse gives nothing but Json
  } catch {
    return undefined;
  }
}

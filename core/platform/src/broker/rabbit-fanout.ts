import type { Json } from "@dap/contract";
import type { Channel, ChannelModel } from "amqplib";
import type { Logger } from "../log";
import { createListeners, type Listeners } from "./settle";

export type RabbitFanout = {
  readonly openPublisher: (model: ChannelModel) => Promise<void>;
  readonly openSubscriber: (model: ChannelModel) => Promise<void>;
  readonly publish: (exchange: string, body: Json) => void;
  readonly subscribe: (exchange: string, callback: (body: Json) => void) => Promise<() => void>;
  readonly losePublisher: () => void;
  readonly loseSubscriber: () => void;
};

/** Each process has one queue of its own, which goes with its connection; while that is away, fanouts pass it by. */
export function createRabbitFanout(log: Logger): RabbitFanout {
  const exchanges = new Map<string, Listeners<Json>>();
  const known = new Set<string>();
  let publisher: Channel | undefined;
  let subscriber: { readonly channel: Channel; readonly queue: string } | undefined;

  const bind = async ({ channel, queue }: { readonly channel: Channel; readonly queue: string }, exchange: string) => {
    await channel.assertExchange(nameOf(exchange), "fanout", { durable: true });
    await channel.bindQueue(queue, nameOf(exchange), "");
  };

  const receive = (from: string, content: Buffer) => {
    try {
      exchanges.get(from.slice(prefix.length))?.call(JSON.parse(content.toString()) as Json); // JSON.parse gives nothing but Json
    } catch (error) {
      log.warn("A fanout could not be read.", { error });
    }
  };

  return {
    openPublisher: async (model) => {
      known.clear();
      publisher = await model.createChannel();
      publisher.on("error", (error) => log.warn("The fanout channel failed.", { error }));
    },
    openSubscriber: async (model) => {
      const channel = await model.createChannel();
      channel.on("error", (error) => log.warn("The fanout channel failed.", { error }));
      const { queue } = await channel.assertQueue("", {
        exclusive: true,
        autoDelete: true,
        durable: false,
        arguments: { "x-max-length": 10_000 },
      });
      await channel.consume(queue, (message) => message && receive(message.fields.exchange, message.content), {
        noAck: true,
      });
      for (const exchange of exchanges.keys()) await bind({ channel, queue }, exchange);
      subscriber = { channel, queue };
    },
    publish: (exchange, body) => {
      if (publisher === undefined) return;
      try {
        // Frames of one channel are handled in order, so the exchange is there before the message.
        if (!known.has(exchange))
          publisher.assertExchange(nameOf(exchange), "fanout", { durable: true }).catch(() => {});
        known.add(exchange);
        publisher.publish(nameOf(exchange), "", Buffer.from(JSON.stringify(body)));
      } catch (error) {
        log.warn("A fanout could not be sent.", { error });
      }
    },
    subscribe: async (exchange, callback) => {
      const listeners = exchanges.get(exchange) ?? createListeners<Json>(log);
      exchanges.set(exchange, listeners);
      const remove = listeners.add(callback);
      if (subscriber !== undefined) await bind(subscriber, exchange);
      return remove;
    },
    losePublisher: () => {
      publisher = undefined;
    },
    loseSubscriber: () => {
      subscriber = undefined;
    },
  };
}

const prefix = "dap.fanout.";
const nameOf = (exchange: string): string => `${prefix}${exchange}`;

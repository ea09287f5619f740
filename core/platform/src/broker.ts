import type { Json } from "@dap/contract";

/** A message to publish. `id` is the publisher's; a message may arrive more than once under the same id. */
export type OutgoingMessage = {
  readonly id: string;
  readonly body: Json;
  /** 0 (default) to 9; higher is delivered first where the broker can. */
  readonly priority?: number;
};

/** `confirmed` are on disk at the broker. `failed` may or may not have arrived: publish them again. */
export type PublishOutcome = { readonly confirmed: readonly string[]; readonly failed: readonly string[] };

/** One delivery. Exactly one of `ack` and `nack` counts; calls after the first, or after the channel is lost, do nothing. */
export type Delivery = {
  readonly id: string;
  readonly body: Json;
  /** The message was given to a consumer before that died or gave it back without an answer. */
  readonly redelivered: boolean;
  readonly ack: () => void;
  /** Gives the message back (`requeue`), or moves it to the dead-letter queue. */
  readonly nack: (requeue: boolean) => void;
};

export type Consumer = {
  /** Takes no more messages; deliveries in hand can still be acknowledged until the broker is closed. */
  readonly stop: () => Promise<void>;
  /**
   * Called when the channel is lost: all deliveries in hand now belong to somebody else, so their effects must be
   * aborted at once. The consumer comes back by itself. Gives a function that takes the callback off again.
   */
  readonly onLost: (callback: () => void) => () => void;
};

/**
 * Queues that survive a crash, at least once, in no promised order; and fanout that reaches whoever listens now.
 * Implemented by RabbitMQ and by Postgres (embedded, one machine); `broker/broker.contract.ts` is what both must do.
 */
export type Broker = {
  /** Makes the queue if it is missing. `consume` does so too; publishing to a queue that nobody made fails. */
  readonly declareQueue: (queue: string) => Promise<void>;
  /** Gives an answer for every message, within some seconds; a full or unreachable broker fails them, it never throws. */
  readonly publish: (queue: string, messages: readonly OutgoingMessage[]) => Promise<PublishOutcome>;
  /** At most `prefetch` deliveries are in hand at a time. The handler must not throw; if it does, the message is requeued. */
  readonly consume: (
    queue: string,
    options: { readonly prefetch: number },
    handler: (delivery: Delivery) => void,
  ) => Promise<Consumer>;
  /** Sends to all who are subscribed now, the publisher included. Best effort. */
  readonly publishFanout: (exchange: string, body: Json) => void;
  readonly subscribeFanout: (exchange: string, callback: (body: Json) => void) => Promise<() => Promise<void>>;
  /** The broker is reached but takes no messages (memory or disk alarm): hold back instead of queueing here. */
  readonly blocked: boolean;
  readonly connected: boolean;
  /** Waits for confirms and acknowledgements that are on their way, then disconnects. */
  readonly close: () => Promise<void>;
};

export { createEmbeddedBroker, type EmbeddedBrokerOptions, ensureEmbeddedBroker } from "./broker/embedded";
export { createRabbitBroker, type RabbitBrokerOptions } from "./broker/rabbit";

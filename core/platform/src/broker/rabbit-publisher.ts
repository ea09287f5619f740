import type { ChannelModel, ConfirmChannel } from "amqplib";
import type { OutgoingMessage, PublishOutcome } from "../broker";
import type { Logger } from "../log";

/** Messages on their way to a confirm at a time: waiting for each one singly costs twenty times. */
const windowMax = 1_000;
const confirmTimeoutMs = 10_000;

export type RabbitPublisher = {
  readonly open: (model: ChannelModel) => Promise<void>;
  readonly lose: () => void;
  readonly publish: (queue: string, messages: readonly OutgoingMessage[]) => Promise<PublishOutcome>;
  readonly drain: () => Promise<void>;
};

export function createRabbitPublisher(isBlocked: () => boolean, log: Logger): RabbitPublisher {
  let channel: ConfirmChannel | undefined;
  let count = 0;
  let inFlight = 0;
  const returned = new Set<string>();
  const waiting: (() => void)[] = [];

  const open = async (model: ChannelModel) => {
    const opened = await model.createConfirmChannel();
    opened.on("error", (error) => log.warn("The publishing channel failed.", { error }));
    opened.on("close", () => {
      if (channel !== opened) return;
      channel = undefined;
      // The connection is still there (else this is done when it returns): a channel of its own fault is replaced.
      open(model).catch((error) => log.warn("The publishing channel cannot be opened again.", { error }));
    });
    // A message that no queue takes is confirmed all the same; only this, which comes first, tells.
    opened.on("return", (message) => {
      const nonce: unknown = message.properties.correlationId;
      if (typeof nonce === "string") returned.add(nonce);
    });
    channel = opened;
  };

  const takePlace = async () => {
    while (inFlight >= windowMax) await new Promise<void>((resolve) => waiting.push(resolve));
    inFlight++;
  };
  const leavePlace = () => {
    inFlight--;
    waiting.shift()?.();
  };

  const send = (queue: string, message: OutgoingMessage): Promise<boolean> =>
    new Promise((resolve) => {
      const nonce = String(count++);
      let isSettled = false;
      const settle = (isConfirmed: boolean) => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        leavePlace();
        resolve(!returned.delete(nonce) && isConfirmed);
      };
      const timer = setTimeout(() => settle(false), confirmTimeoutMs);
      try {
        const options = {
          persistent: true,
          mandatory: true,
          messageId: message.id,
          correlationId: nonce,
          contentType: "application/json",
        };
        const content = Buffer.from(JSON.stringify(message.body));
        if (channel === undefined || isBlocked()) settle(false);
        else channel.sendToQueue(queue, content, options, (error) => settle(error === null || error === undefined));
      } catch (error) {
        log.warn("A message could not be sent.", { queue, error });
        settle(false);
      }
    });

  return {
    open,
    lose: () => {
      channel = undefined;
    },
    publish: async (queue, messages) => {
      const outcomes = await Promise.all(
        messages.map(async (message) => {
          await takePlace();
          return send(queue, message);
        }),
      );
      return {
        confirmed: messages.filter((_, index) => outcomes[index]).map((message) => message.id),
        failed: messages.filter((_, index) => !outcomes[index]).map((message) => message.id),
      };
    },
    drain: async () => {
      for (const endMs = Date.now() + 5_000; inFlight > 0 && Date.now() < endMs; ) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

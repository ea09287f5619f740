import type { Json } from "@dap/contract";
import type { Delivery } from "../broker";
import type { Logger } from "../log";

export type Answer = "ack" | "requeue" | "reject";

/** A delivery of which only the first answer counts. */
export function createDelivery(
  message: { readonly id: string; readonly body: Json; readonly redelivered: boolean },
  answer: (answer: Answer) => void,
): Delivery {
  let isAnswered = false;
  const once = (given: Answer) => {
    if (isAnswered) return;
    isAnswered = true;
    answer(given);
  };
  return { ...message, ack: () => once("ack"), nack: (requeue) => once(requeue ? "requeue" : "reject") };
}

/** Gives a delivery to the handler; one that throws, against its contract, gets the message again. */
export function deliver(delivery: Delivery, handler: (delivery: Delivery) => void, log: Logger): void {
  try {
    handler(delivery);
  } catch (error) {
    log.error("A message handler threw; the message goes back to the queue.", { id: delivery.id, error });
    delivery.nack(true);
  }
}

/** A set of callbacks; one that throws does not keep the others from being called. */
export function createListeners<T>(log: Logger) {
  const callbacks = new Set<(value: T) => void>();
  return {
    add: (callback: (value: T) => void) => {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    call: (value: T) => {
      for (const callback of [...callbacks]) {
        try {
          callback(value);
        } catch (error) {
          log.error("A broker callback threw.", { error });
        }
      }
    },
    size: () => callbacks.size,
  };
}
export type Listeners<T> = ReturnType<typeof createListeners<T>>;

import type { RealtimeMessage, RealtimeReply, RealtimeRequest } from "@dap/contract";
import { sleep } from "../clock";
import type { Logger } from "../log";

type Listener = { last: number; readonly onMessage: (message: RealtimeMessage) => void };

export type SubscriptionsOptions = {
  readonly send: (request: RealtimeRequest) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/** What this process listens to. The server has one subscription for each topic; listeners that came later skip what they saw. */
export function createSubscriptions({ send, log, signal }: SubscriptionsOptions) {
  const topics = new Map<string, Set<Listener>>();

  const ask = (topic: string) => {
    const listeners = topics.get(topic);
    if (listeners === undefined) return;
    send({ kind: "subscribe", topic, after: Math.min(...[...listeners].map((listener) => listener.last)) });
  };

  const askLater = async (topic: string) => {
    await sleep(500 + Math.random() * 1_000, signal);
    if (!signal.aborted) ask(topic);
  };

  const hand = (listener: Listener, message: RealtimeMessage) => {
    if (message.kind === "runEvent") {
      if (message.seq <= listener.last) return;
      listener.last = message.seq;
    }
    try {
      listener.onMessage(message);
    } catch (error) {
      log.error("A listener of live messages threw.", { error });
    }
  };

  return {
    add: (topic: string, after: number, onMessage: (message: RealtimeMessage) => void) => {
      const listener: Listener = { last: after, onMessage };
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners.add(listener));
      ask(topic);
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        topics.delete(topic);
        send({ kind: "unsubscribe", topic });
      };
    },
    /** After the line came back. */
    renew: () => {
      for (const topic of topics.keys()) ask(topic);
    },
    receive: (reply: RealtimeReply) => {
      switch (reply.kind) {
        case "message":
          for (const listener of [...(topics.get(reply.topic) ?? [])]) hand(listener, reply.message);
          return;
        case "refetch":
          ask(reply.topic);
          return;
        case "refused":
          log.warn("A live topic was refused.", { topic: reply.topic, code: reply.code });
          if (reply.code === "SERVICE_UNAVAILABLE") void askLater(reply.topic);
          return;
        case "subscribed":
          return;
      }
    },
  };
}

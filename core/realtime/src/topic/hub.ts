import { type Json, type RealtimeMessage, type RealtimeReply, runTopic, teamRunsTopic } from "@dap/contract";
import type { Broker } from "@dap/platform/broker";
import { newId } from "@dap/platform/id";
import type { Packed } from "./subscription";

export type Hub = {
  /** Calls `take` for every message of a topic from now on; gives a function that ends it. */
  readonly join: (topic: string, take: (packed: Packed) => void) => () => void;
  /** Tells everybody who has joined, here and at the other replicas. */
  readonly publish: (messages: readonly RealtimeMessage[]) => void;
  readonly close: () => Promise<void>;
};

const exchange = "realtime";
type Note = { readonly from: string; readonly messages: readonly RealtimeMessage[] };

/** Who listens to what in this process. With a broker, replicas pass on to each other what they are told. */
export async function createHub(broker?: Broker): Promise<Hub> {
  const topics = new Map<string, Set<(packed: Packed) => void>>();
  const self = newId();

  const tell = (messages: readonly RealtimeMessage[]) => {
    for (const message of messages) {
      const topic = topicOf(message);
      const listeners = topics.get(topic);
      if (listeners === undefined) continue;
      const packed = { message, text: JSON.stringify({ kind: "message", topic, message } satisfies RealtimeReply) };
      for (const take of [...listeners]) take(packed);
    }
  };

  const leave = await broker?.subscribeFanout(exchange, (body) => {
    const note = body as unknown as Note; // only this module writes to the exchange
    if (note.from !== self) tell(note.messages);
  });

  return {
    join: (topic, take) => {
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners.add(take));
      return () => {
        listeners.delete(take);
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic);
      };
    },
    publish: (messages) => {
      tell(messages);
      broker?.publishFanout(exchange, { from: self, messages } satisfies Note as unknown as Json); // plain data, but typed closer than Json
    },
    close: async () => leave?.(),
  };
}

const topicOf = (message: RealtimeMessage): string =>
  message.kind === "runEvent" ? runTopic(message.runId) : teamRunsTopic(message.teamId);

import type { RealtimeMessage, RealtimeReply, RealtimeRequest } from "@dap/contract";

/** The part of a browser's WebSocket that is used. */
export type Socket = {
  send: (text: string) => void;
  close: () => void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
};

export type LinkDeps = {
  /** A one-use ticket; `undefined` when there is none to be had now. */
  readonly openTicket: () => Promise<string | undefined>;
  readonly connect: (ticket: string) => Socket;
  readonly later: (act: () => void, delayMs: number) => void;
  /** Uniform in [0, 1). */
  readonly chance: () => number;
};

export type Subscriber = {
  readonly topic: string;
  /** Number of the last event known; the rest is sent first. Topics without numbers ignore it. */
  readonly after: number;
  readonly onMessage: (message: RealtimeMessage) => void;
  /** Something may have been missed that will not be sent again: read it anew over HTTP. */
  readonly onGap: () => void;
  readonly onState?: (state: LinkState) => void;
};

export type LinkState = "connecting" | "live" | "offline";

export type LiveLink = { readonly subscribe: (subscriber: Subscriber) => () => void; readonly close: () => void };

type Entry = { readonly subscriber: Subscriber; lastSeq: number; wasLive: boolean };

const delayMsMin = 500;
const delayMsMax = 20_000;

/** Milliseconds before the next try after `failures` (≥ 1) failed ones: exponential, capped, spread over its upper half. */
export const reconnectDelayMs = (failures: number, chance: number): number =>
  Math.round(Math.min(delayMsMax, delayMsMin * 2 ** (failures - 1)) * (0.5 + chance / 2));

/**
 * One connection for all that a page follows. It opens with the first subscriber, comes back by itself, and goes on
 * after the last event that each subscriber has seen; an event that arrives twice is passed on once.
 */
export function createLiveLink(deps: LinkDeps): LiveLink {
  const entries = new Set<Entry>();
  let socket: Socket | undefined;
  let isOpen = false;
  let isOpening = false;
  let isClosed = false;
  let failures = 0;

  const send = (request: RealtimeRequest) => {
    if (isOpen) socket?.send(JSON.stringify(request));
  };
  const join = (entry: Entry) => send({ kind: "subscribe", topic: entry.subscriber.topic, after: entry.lastSeq });
  const tell = (state: LinkState) => {
    for (const { subscriber } of entries) subscriber.onState?.(state);
  };

  const retry = () => {
    socket = undefined;
    isOpen = false;
    isOpening = false;
    if (isClosed || entries.size === 0) return;
    failures += 1;
    tell("offline");
    deps.later(open, reconnectDelayMs(failures, deps.chance()));
  };

  const open = () => {
    if (isClosed || isOpening || socket || entries.size === 0) return;
    isOpening = true;
    tell("connecting");
    deps
      .openTicket()
      .then((ticket) => (ticket === undefined || isClosed ? retry() : attach(deps.connect(ticket))), retry);
  };

  const attach = (opened: Socket) => {
    socket = opened;
    isOpening = false;
    opened.onopen = () => {
      isOpen = true;
      for (const entry of entries) join(entry);
    };
    opened.onmessage = ({ data }) => receive(data);
    opened.onclose = retry;
  };

  const receive = (data: unknown) => {
    const reply = parseReply(data);
    if (!reply) return;
    for (const entry of entries) if (entry.subscriber.topic === reply.topic) deliver(entry, reply);
  };

  const deliver = (entry: Entry, reply: RealtimeReply) => {
    const { subscriber } = entry;
    switch (reply.kind) {
      case "subscribed":
        failures = 0;
        // Messages without numbers cannot be asked for again: whatever came while we were away is read over HTTP.
        if (entry.wasLive && !subscriber.topic.startsWith("run/")) subscriber.onGap();
        entry.wasLive = true;
        subscriber.onState?.("live");
        return;
      case "message":
        if (reply.message.kind === "runEvent") {
          if (reply.message.seq <= entry.lastSeq) return;
          entry.lastSeq = reply.message.seq;
        }
        subscriber.onMessage(reply.message);
        return;
      case "refetch":
        subscriber.onGap();
        join(entry);
        return;
      case "refused":
        entries.delete(entry);
        subscriber.onState?.("offline");
    }
  };

  return {
    subscribe: (subscriber) => {
      const entry: Entry = { subscriber, lastSeq: subscriber.after, wasLive: false };
      entries.add(entry);
      if (isOpen) join(entry);
      else open();
      return () => {
        entries.delete(entry);
        const isShared = [...entries].some((other) => other.subscriber.topic === subscriber.topic);
        if (!isShared) send({ kind: "unsubscribe", topic: subscriber.topic });
      };
    },
    close: () => {
      isClosed = true;
      socket?.close();
      entries.clear();
    },
  };
}

function parseReply(data: unknown): RealtimeReply | undefined {
  try {
    const value: unknown = JSON.parse(String(data));
    // Our own server's words, typed by the contract; the kind is looked at before anything else is read.
    return typeof value === "object" && value !== null && "kind" in value ? (value as RealtimeReply) : undefined;
  } catch {
    return undefined;
  }
}

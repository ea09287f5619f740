import type { RealtimeMessage, RealtimeReply, RealtimeRequest, ServiceName } from "@dap/contract";
import { backoffMs, sleep } from "./clock";
import type { Logger } from "./log";
import { createOutbox } from "./realtime-link/outbox";
import { createSubscriptions } from "./realtime-link/subscription";
import type { Secret } from "./secret";
import { mintServiceToken } from "./service-token";

export type RealtimeLinkOptions = {
  /** Base URL of the realtime server, `http://` or `ws://`. */
  readonly url: string;
  readonly serviceName: ServiceName;
  readonly serviceSecret: Secret<string>;
  readonly log: Logger;
  /** Messages kept while the line is down; 10,000 by default. */
  readonly keptMax?: number;
};

/** A service's line to the realtime server. It comes back by itself, with jitter. */
export type RealtimeLink = {
  /** Sends now or soon; while the line is down a bounded number is kept and the oldest are dropped. Never throws. */
  readonly publish: (messages: readonly RealtimeMessage[]) => void;
  /**
   * Every event of `run/<id>` after sequence number `after`, each once and in order, also over a break of the line; of
   * other topics what is published while the line stands. Gives a function that ends it.
   */
  readonly subscribe: (topic: string, after: number, onMessage: (message: RealtimeMessage) => void) => () => void;
  readonly connected: boolean;
  readonly close: () => void;
};

const pingEveryMs = 15_000;

/** What Bun adds to the standard's client, and the DOM's types do not know. */
type BunSocket = WebSocket & { readonly ping: () => void; readonly terminate: () => void };
const BunSocket = WebSocket as unknown as new (url: string, options: { headers: Record<string, string> }) => BunSocket;

export function createRealtimeLink(options: RealtimeLinkOptions): RealtimeLink {
  const { serviceName, serviceSecret, log } = options;
  const url = `${options.url.replace(/^http/, "ws").replace(/\/+$/, "")}/realtime`;
  const closing = new AbortController();
  let socket: WebSocket | undefined;

  const send = (request: RealtimeRequest): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
  };
  const outbox = createOutbox({
    keptMax: options.keptMax ?? 10_000,
    canSend: () => socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < 4_194_304,
    send: (text) => socket?.send(text),
    onDrop: (count) => log.warn("Live messages were dropped while the line to realtime was down.", { count }),
  });
  const subscriptions = createSubscriptions({ send, log, signal: closing.signal });
  void keepConnected();

  async function keepConnected(): Promise<void> {
    for (let tries = 1; !closing.signal.aborted; tries++) {
      const isFine = await live().catch((error) => {
        log.warn("The line to realtime failed.", { error });
        return false;
      });
      if (isFine) tries = 1;
      await sleep(backoffMs(tries, 100, 5_000, Math.random()), closing.signal);
    }
  }

  /** One connection from its opening to its end; whether it ever stood. */
  async function live(): Promise<boolean> {
    const token = await mintServiceToken(serviceName, serviceSecret);
    if (closing.signal.aborted) return false;
    // In a header, so that the token is in no URL.
    const opened = new BunSocket(url, { headers: { authorization: `Bearer ${token}` } });
    let isFine = false;
    const stopPing = keepAlive(opened);
    const end = () => opened.close();
    await new Promise<void>((resolve) => {
      opened.onopen = () => {
        isFine = true;
        socket = opened;
        subscriptions.renew();
        outbox.flush();
      };
      opened.onmessage = (event) => subscriptions.receive(JSON.parse(String(event.data)) as RealtimeReply); // our own server
      opened.onerror = () => {};
      opened.onclose = () => resolve();
      closing.signal.addEventListener("abort", end);
    });
    closing.signal.removeEventListener("abort", end);
    stopPing();
    if (socket === opened) socket = undefined;
    return isFine;
  }

  return {
    publish: outbox.add,
    subscribe: subscriptions.add,
    get connected() {
      return socket?.readyState === WebSocket.OPEN;
    },
    close: () => {
      outbox.flush();
      closing.abort();
      outbox.close();
    },
  };
}

/** A line whose other end went away without a word is closed after two pings that nobody answered. */
function keepAlive(socket: BunSocket): () => void {
  let unanswered = 0;
  socket.addEventListener("pong", () => {
    unanswered = 0;
  });
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (unanswered++ >= 2) socket.terminate();
    else socket.ping();
  }, pingEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

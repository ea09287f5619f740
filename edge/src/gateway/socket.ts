import type { WebSocketHandler } from "bun";

/** What a passed-through socket keeps: the service's side of it, and what came before that side was open. */
export type SocketPipe = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  upstream?: WebSocket;
  waiting: string[];
};

const waitingMax = 64;
/** Bytes that may wait for a slow reader before its socket is cut: it reconnects and resumes by sequence number. */
const bufferedBytesMax = 1_048_576;

/** Joins a client's socket to the realtime server's, message by message, and closes both when either closes. */
export const socketPipe: WebSocketHandler<SocketPipe> = {
  maxPayloadLength: 65_536,
  idleTimeout: 120,
  backpressureLimit: bufferedBytesMax,
  closeOnBackpressureLimit: true,
  open(client) {
    // Bun's WebSocket takes headers, which the DOM's type does not know.
    const upstream = new WebSocket(client.data.url, { headers: client.data.headers } as unknown as string[]);
    client.data.upstream = upstream;
    upstream.onopen = () => {
      for (const message of client.data.waiting) upstream.send(message);
      client.data.waiting = [];
    };
    upstream.onmessage = (event) => {
      // The protocol is JSON text; 0 means that the reader is too slow and the message was dropped.
      if (client.send(String(event.data)) === 0) client.close(1013, "reader too slow");
    };
    upstream.onclose = (event) => client.close(closeCode(event.code), event.reason);
    upstream.onerror = (event) => client.close(...closeReason(event));
  },
  message(client, message) {
    const { upstream, waiting } = client.data;
    if (typeof message !== "string") client.close(1003, "text only");
    else if (upstream?.readyState === WebSocket.OPEN) upstream.send(message);
    else if (waiting.length < waitingMax) waiting.push(message);
    else client.close(1008, "too many messages before the connection was open");
  },
  close(client, code, reason) {
    client.data.upstream?.close(closeCode(code), reason);
  },
};

/** An answer other than the upgrade is a refusal; its words do not pass, but those who were refused must not think of an outage. */
const closeReason = (event: Event): [number, string] =>
  "message" in event && String(event.message).includes("Expected 101")
    ? [1008, "refused: the ticket was used or is too old, or this page may not open a socket"]
    : [1011, "realtime cannot be reached"];

/** Only these codes may be sent by an endpoint (RFC 6455, section 7.4); others say how the connection was lost. */
const closeCode = (code: number): number =>
  code === 1000 || (code >= 3000 && code < 5000) || (code >= 1007 && code <= 1014) ? code : 1001;

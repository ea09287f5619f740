/** Servers on loopback for the tests of the client. Every one counts who connects to it. */

export type RawServer = {
  readonly port: number;
  /** Connections ever accepted. */
  readonly connections: () => number;
  /** Requests as received, head and body, one text per chunk. */
  readonly received: string[];
  readonly stop: () => void;
};

type Wire = {
  readonly write: (data: string | Uint8Array) => void;
  /** Writes without end, as fast as the reader takes it, until `bytesMax` or the connection closes. */
  readonly flood: (chunk: Uint8Array, bytesMax: number) => void;
  readonly end: () => void;
};

type SocketState = { isClosed: boolean; pump: (() => void) | undefined; requests: number };

/** A server that says exactly what a test wants on the wire, HTTP or not. `answer` is called for every chunk received. */
export function serveRaw(
  answer: (wire: Wire, requestsOnConnection: number) => void,
  hostname = "127.0.0.1",
): RawServer {
  let connections = 0;
  const received: string[] = [];
  const server = Bun.listen<SocketState>({
    hostname,
    port: 0,
    socket: {
      open(socket) {
        connections += 1;
        socket.data = { isClosed: false, pump: undefined, requests: 0 };
      },
      data(socket, data) {
        received.push(data.toString("latin1"));
        socket.data.requests += 1;
        answer(wireOf(socket), socket.data.requests);
      },
      drain: (socket) => socket.data.pump?.(),
      close: (socket) => {
        socket.data.isClosed = true;
      },
      error: () => {},
    },
  });
  return { port: server.port, connections: () => connections, received, stop: () => server.stop(true) };
}

const wireOf = (socket: Bun.Socket<SocketState>): Wire => ({
  write: (data) => void socket.write(data),
  end: () => void socket.end(),
  flood: (chunk, bytesMax) => {
    let sent = 0;
    socket.data.pump = () => {
      while (!socket.data.isClosed && sent < bytesMax) {
        const wrote = socket.write(chunk);
        if (wrote <= 0) return;
        sent += wrote;
      }
      socket.end();
    };
    socket.data.pump();
  },
});

/** A whole HTTP answer as text. */
export const httpText = (status: string, headers: Record<string, string>, body = ""): string =>
  [
    `HTTP/1.1 ${status}`,
    ...Object.entries({ "content-length": String(Buffer.byteLength(body)), ...headers }).map(([n, v]) => `${n}: ${v}`),
    "",
    body,
  ].join("\r\n");

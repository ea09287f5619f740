import { connect } from "node:net";

export type RawSocket = {
  /** What came: frames' texts, as far as they are short enough to be read here (65,535 bytes). */
  readonly heard: readonly string[];
  readonly send: (frame: string | object) => void;
  /** Stops reading from the wire. */
  readonly pause: () => void;
  readonly until: (isSo: () => boolean) => Promise<void>;
  /** Whether it is open a moment later: refusals behind the edge come after its own welcome. */
  readonly isLive: () => Promise<boolean>;
  /** The code it was closed with; 0 when the connection just ended. */
  readonly closed: Promise<number>;
  readonly end: () => void;
};

const head =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

/** A WebSocket spoken by hand: any origin or none, any frame, and it need not read. Resolves when the server has answered. */
export async function openSocket(port: number, ticket: string, origin: string | undefined): Promise<RawSocket> {
  const socket = connect(port, "127.0.0.1");
  const heard: string[] = [];
  const answered = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  let code = 0;
  let isOpen = true;
  let isWelcome = false;
  let waiting = Buffer.alloc(0);
  const finish = () => {
    isOpen = false;
    answered.resolve();
    closed.resolve(code);
  };
  socket.on("close", finish).on("error", finish);
  socket.on("data", (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    if (!isWelcome) {
      const end = waiting.indexOf("\r\n\r\n");
      if (end < 0) return;
      isWelcome = waiting.toString("latin1", 0, 13).startsWith("HTTP/1.1 101");
      if (!isWelcome) return void socket.destroy();
      waiting = waiting.subarray(end + 4);
      answered.resolve();
    }
    for (let frame = takeFrame(waiting); frame; frame = takeFrame(waiting)) {
      waiting = waiting.subarray(frame.bytes);
      if (frame.kind === 8) code = frame.payload.length > 1 ? frame.payload.readUInt16BE(0) : 0;
      if (frame.kind === 8) socket.destroy();
      if (frame.kind === 1) heard.push(frame.payload.toString());
    }
  });
  const from = origin === undefined ? "" : `\r\nOrigin: ${origin}`;
  socket.write(`GET /realtime?ticket=${ticket} HTTP/1.1\r\nHost: localhost\r\n${head}${from}\r\n\r\n`);
  await answered.promise;
  return {
    heard,
    send: (frame) =>
      void (isOpen && socket.write(textFrame(typeof frame === "string" ? frame : JSON.stringify(frame)))),
    pause: () => void socket.pause(),
    until: async (isSo) => {
      for (const endMs = Date.now() + 10_000; !isSo(); await Bun.sleep(10))
        if (Date.now() > endMs) throw new Error(`did not come; heard ${heard.slice(-3)}`);
    },
    isLive: async () => {
      await Bun.sleep(150);
      return isOpen;
    },
    closed: closed.promise,
    end: () => void socket.destroy(),
  };
}

type Frame = { readonly kind: number; readonly payload: Buffer; readonly bytes: number };

/** The first whole frame of a server, which masks nothing. */
function takeFrame(from: Buffer): Frame | undefined {
  if (from.length < 2) return undefined;
  const short = (from[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (from.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? from.readUInt16BE(2) : Number(from.readBigUInt64BE(2));
  if (from.length < start + length) return undefined;
  return { kind: (from[0] ?? 0) & 0x0f, payload: from.subarray(start, start + length), bytes: start + length };
}

/** A client's frame has to be masked; a mask of zeros is one. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const size =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 0xff])
        : Buffer.from([0x80 | 127, 0, 0, 0, 0, ...new Uint8Array(new Uint32Array([payload.length]).buffer).reverse()]);
  return Buffer.concat([Buffer.from([0x81]), size, Buffer.alloc(4), payload]);
}

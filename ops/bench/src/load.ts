/**
 * A load generator as a process of its own: `connections` keep-alive connections, each sending the next request when it has
 * the answer, for `durationMs`. Written on sockets because a fetch client would be slower than the servers it measures.
 * Reads one JSON line of options from its first argument and prints one JSON line of results.
 */
import type { Socket } from "bun";

export type LoadOptions = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Stops after so many requests, if that comes first. */
  readonly requestsMax?: number;
};

/** Latencies in milliseconds. `unexpected` counts answers outside of 2xx. */
export type LoadResult = {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly unexpected: number;
};

type Connection = { buffer: Buffer; sentAtMs: number };

const options: LoadOptions = JSON.parse(process.argv[2] ?? "{}");
console.log(JSON.stringify(await run(options)));
process.exit(0);

async function run({
  url,
  method,
  body,
  connections,
  durationMs,
  requestsMax = Number.POSITIVE_INFINITY,
}: LoadOptions): Promise<LoadResult> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const head = `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n`;
  const request = Buffer.from(
    method === "GET"
      ? `${head}\r\n`
      : `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const latencies: number[] = [];
  let unexpected = 0;
  let sent = 0;
  const startedAtMs = performance.now();
  const endsAtMs = startedAtMs + durationMs;
  const done = Promise.withResolvers<void>();
  let open = connections;

  const send = (socket: Socket<Connection>): void => {
    sent += 1;
    socket.data.sentAtMs = performance.now();
    socket.write(request);
  };
  const onData = (socket: Socket<Connection>, chunk: Buffer): void => {
    const { data } = socket;
    data.buffer = data.buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([data.buffer, chunk]);
    const length = answerLength(data.buffer);
    if (length === undefined || data.buffer.length < length) return;
    if (data.buffer[9] !== 50) unexpected += 1; // "HTTP/1.1 2.."
    data.buffer = data.buffer.subarray(length);
    const nowMs = performance.now();
    latencies.push(nowMs - data.sentAtMs);
    if (nowMs < endsAtMs && sent < requestsMax) send(socket);
    else socket.end();
  };
  const onClose = (): void => {
    open -= 1;
    if (open === 0) done.resolve();
  };
  for (let index = 0; index < connections; index += 1)
    await Bun.connect<Connection>({
      hostname: hostname === "localhost" ? "127.0.0.1" : hostname,
      port: Number(port),
      data: { buffer: Buffer.alloc(0), sentAtMs: 0 },
      socket: { open: send, data: onData, close: onClose, error: onClose },
    });
  await Promise.race([done.promise, Bun.sleep(durationMs + 5_000)]);
  const elapsedMs = performance.now() - startedAtMs;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0;
  return {
    requests: latencies.length,
    perSecond: (latencies.length / elapsedMs) * 1_000,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    unexpected,
  };
}

/** Bytes of the first answer in the buffer, when its head is complete. Answers with a length or chunked are understood. */
function answerLength(buffer: Buffer): number | undefined {
  const end = buffer.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = buffer.toString("latin1", 0, end).toLowerCase();
  const length = head.match(/content-length: *(\d+)/)?.[1];
  if (length !== undefined) return end + 4 + Number(length);
  if (!head.includes("transfer-encoding: chunked")) return end + 4;
  const last = buffer.indexOf("0\r\n\r\n", end + 4);
  return last < 0 ? undefined : last + 5;
}

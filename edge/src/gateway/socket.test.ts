import { afterAll, describe, expect, test } from "bun:test";
import { type SocketPipe, socketPipe } from "./socket";

const realtime = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, server) => {
    const isRefused = new URL(request.url).searchParams.get("ticket") === "used";
    if (isRefused) return new Response(null, { status: 401 });
    return server.upgrade(request) ? undefined : new Response(null, { status: 400 });
  },
  websocket: { message: (socket, text) => void socket.send(`echo ${text}`) },
});
const stopped = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
const awayPort = stopped.port;
await stopped.stop(true);

const edge = Bun.serve<SocketPipe>({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, server) => {
    const { pathname, search } = new URL(request.url);
    const port = pathname === "/away" ? awayPort : realtime.port;
    const data = { url: `ws://127.0.0.1:${port}/${search}`, headers: {}, waiting: [] };
    return server.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 });
  },
  websocket: socketPipe,
});
afterAll(() => Promise.all([edge.stop(true), realtime.stop(true)]));

const closed = (path: string) =>
  new Promise<number>((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${edge.port}${path}`);
    socket.onclose = ({ code }) => resolve(code);
  });

describe("a socket that is passed on", () => {
  test("carries what was sent before the other side was open", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${edge.port}/?ticket=good`);
    socket.onopen = () => socket.send("hello");
    const answer = await new Promise((resolve) => {
      socket.onmessage = ({ data }) => resolve(data);
    });
    socket.close();
    expect(answer).toBe("echo hello");
  });

  test("tells a refusal from an outage", async () => {
    expect(await closed("/?ticket=used")).toBe(1008);
    expect(await closed("/away")).toBe(1011);
  });
});

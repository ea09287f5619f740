import { expect, test } from "bun:test";
import { connect } from "node:net";
import { stopServer } from "./stop-server";

test("a stop waits for answers under way, and for no open socket nor slow sender longer than its grace", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request, self) => {
      if (self.upgrade(request)) return undefined;
      if (request.method === "POST") return new Response(await request.text());
      await Bun.sleep(100);
      return new Response("answered");
    },
    websocket: { message() {} },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const slow = connect(Number(server.port), "127.0.0.1");
  slow.on("error", () => {});
  slow.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na");
  const answer = fetch(`http://127.0.0.1:${server.port}/`).then((response) => response.text());
  await Bun.sleep(30);
  const startMs = performance.now();
  await stopServer(server, 300);
  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(await answer).toBe("answered");
});

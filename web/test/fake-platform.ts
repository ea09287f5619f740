import type { RealtimeReply, RealtimeRequest } from "@dap/contract";
import type { ServerWebSocket } from "bun";
import { fakeApi } from "./fake-api";
import { seededStore } from "./fake-seed";
import type { FakeStore } from "./fake-store";

export type FakePlatform = {
  readonly url: string;
  readonly store: FakeStore;
  readonly stop: () => Promise<void>;
  /** Cuts every realtime connection, as a network does. */
  readonly dropSockets: () => void;
};
export type FakePlatformOptions = {
  readonly port?: number;
  readonly stepMs?: number;
  readonly accessSeconds?: number;
  readonly web: (config: {
    publicUrl: string;
    apiUrl: string;
    onError: (error: unknown) => void;
  }) => (request: Request) => Promise<Response>;
};

const script = { "content-type": "text/javascript" };

/** In place of the web component: shows the workflow's name, read as the element reads it. */
const standIn = `customElements.define("dap-workflow", class extends HTMLElement {
  async connectedCallback() {
    const init = { method: "GET", credentials: "omit", headers: { accept: "application/json" } };
    const answer = await this.fetchApi("/teams/" + this.team + "/workflows/" + this.workflow, init);
    this.textContent = answer.status + " " + (await answer.json()).name + " " + this.theme;
  }
});`;

type Socket = { readonly topics: Set<string> };

/** One origin as the edge makes it: the fake API, the realtime socket, and the webapp for everything else. */
export function startFakePlatform({
  port = 0,
  stepMs = 700,
  accessSeconds = 300,
  web,
}: FakePlatformOptions): FakePlatform {
  let handler: ((request: Request) => Promise<Response>) | undefined;
  const sockets = new Set<ServerWebSocket<Socket>>();
  const server = Bun.serve<Socket>({
    port,
    hostname: "127.0.0.1",
    fetch: (request, self) => {
      const url = new URL(request.url);
      if (url.pathname === "/realtime") {
        const isKnown = store.tickets.delete(url.searchParams.get("ticket") ?? "");
        if (isKnown && self.upgrade(request, { data: { topics: new Set<string>() } })) return undefined;
        return new Response("no ticket", { status: 401 });
      }
      if (url.pathname === "/component/dap-workflow.js") return new Response(standIn, { headers: script });
      if (url.pathname.startsWith("/api/")) return fakeApi(request, options);
      return handler ? handler(request) : new Response("starting", { status: 503 });
    },
    websocket: {
      open: (socket) => void sockets.add(socket),
      close: (socket) => void sockets.delete(socket),
      message: (socket, text) => receive(store, socket, JSON.parse(String(text)) as RealtimeRequest),
    },
  });
  const url = `http://localhost:${server.port}`;
  const store = seededStore(url);
  const options = { store, origin: () => url, stepMs, accessSeconds };
  store.listeners.add((topic, message) => {
    for (const socket of sockets) if (socket.data.topics.has(topic)) send(socket, { kind: "message", topic, message });
  });
  handler = web({ publicUrl: url, apiUrl: `http://127.0.0.1:${server.port}`, onError: console.error });
  const dropSockets = () => {
    for (const socket of sockets) socket.terminate();
  };
  return { url, store, stop: () => server.stop(true), dropSockets };
}

const send = (socket: ServerWebSocket<Socket>, reply: RealtimeReply) => void socket.send(JSON.stringify(reply));

function receive(store: FakeStore, socket: ServerWebSocket<Socket>, request: RealtimeRequest): void {
  if (request.kind === "unsubscribe") socket.data.topics.delete(request.topic);
  if (request.kind !== "subscribe") return;
  const { topic } = request;
  socket.data.topics.add(topic);
  const run = topic.startsWith("run/") ? store.runs.get(topic.slice(4)) : undefined;
  send(socket, { kind: "subscribed", topic, seq: run?.events.length ?? 0 });
  for (const { seq, event } of run?.events ?? [])
    if (seq > (request.after ?? 0) && run)
      send(socket, {
        kind: "message",
        topic,
        message: { kind: "runEvent", runId: run.id, teamId: run.teamId, seq, event },
      });
}

import type {
  Principal,
  RealtimeMessage,
  RealtimeReply,
  RealtimeRequest,
  Role,
  RunEvent,
  StoredEvent,
} from "@dap/contract";
import type { Broker } from "@dap/platform/broker";
import { createAuthenticator } from "@dap/platform/guard";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { Secret } from "@dap/platform/secret";
import { createApp } from "./app";
import { listen } from "./server";
import { createTicketStore } from "./ticket/store";
import { createHub } from "./topic/hub";
import type { RunSource } from "./topic/run-source";

export const serviceSecret = new Secret("s".repeat(40));
export const origin = "https://dap.test";

export type FakeSource = RunSource & {
  /** These may be changed while it is asked. */
  delayMs: number;
  isDown: boolean;
  pageSize: number;
  readonly addRun: (teamId: string, count: number) => string;
  /** Stores one more event and gives the message a service would publish of it. */
  readonly append: (runId: string, event?: RunEvent) => RealtimeMessage;
};

/** Runs in memory, in place of data. */
export function createFakeSource(): FakeSource {
  const runs = new Map<string, { teamId: string; events: StoredEvent[] }>();
  const source: FakeSource = {
    delayMs: 0,
    isDown: false,
    pageSize: 100,
    addRun: (teamId, count) => {
      const runId = newId();
      runs.set(runId, { teamId, events: [] });
      for (let n = 0; n < count; n++) source.append(runId);
      return runId;
    },
    append: (runId, event = { kind: "decided", stepKey: "s", choice: "x" }) => {
      const run = runs.get(runId);
      if (run === undefined) throw new Error("no such run");
      const seq = run.events.length + 1;
      run.events.push({ seq, event });
      return { kind: "runEvent", runId, teamId: run.teamId, seq, event };
    },
    findRun: async (runId) => {
      const run = runs.get(runId);
      const isEnded = run?.events.at(-1)?.event.kind === "ended";
      const found = run && { teamId: run.teamId, lastSeq: run.events.length, isEnded };
      await answer();
      return found;
    },
    readEvents: async (runId, after) => {
      const found = runs.get(runId)?.events.slice(after, after + source.pageSize) ?? [];
      await answer();
      return found;
    },
  };
  const answer = async () => {
    if (source.delayMs > 0) await Bun.sleep(source.delayMs);
    if (source.isDown) throw new Error("data is away");
  };
  return source;
}

export type StageOptions = {
  readonly broker?: Broker;
  readonly source?: FakeSource;
  readonly port?: number;
};

/** A whole realtime server on a free port, with runs in memory and principals for the asking. */
export async function createStage({ broker, source = createFakeSource(), port = 0 }: StageOptions = {}) {
  const authenticate = createAuthenticator({
    localKeys: { keys: [] },
    issuer: origin,
    audience: "dap-api",
    serviceSecret,
  });
  const tickets = await createTicketStore(Date.now, broker);
  const hub = await createHub(broker);
  const stale = new Set<string>();
  const app = createApp({ log: silentLogger, authenticate, tickets });
  const server = listen({
    log: silentLogger,
    hub,
    source,
    tickets,
    authenticate,
    origins: new Set([origin]),
    port,
    hostname: "127.0.0.1",
    fetch: (request) => app.handle(request),
    isStale: (principal) => principal.kind === "account" && stale.has(principal.accountId),
    checkEveryMs: 50,
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    hub,
    source,
    tickets,
    stale,
    stop: async () => {
      await server.stop();
      await Promise.all([hub.close(), tickets.close()]);
    },
    /** A browser of a member of `team`. */
    open: (team: string, role: Role = "viewer", accountId = newId(), endMs?: number) => {
      const ticket = tickets.issue({ principal: account(team, role, accountId), endMs });
      return openSocket(`${url}/realtime?ticket=${ticket}`, { origin });
    },
  };
}

export const account = (team: string, role: Role, accountId: string): Principal => ({
  kind: "account",
  accountId,
  sessionId: newId(),
  email: "ada@example.com",
  emailVerified: true,
  teams: { [team]: role },
  permVer: 1,
});

export type TestSocket = Awaited<ReturnType<typeof openSocket>>;

/** A client that keeps what it hears. Fails when the server does not open the socket. */
export async function openSocket(url: string, headers: Record<string, string>) {
  // Bun's client takes headers, which the DOM's type does not know.
  const Socket = WebSocket as unknown as new (url: string, options: { headers: Record<string, string> }) => WebSocket;
  const socket = new Socket(url.replace(/^http/, "ws"), { headers });
  const heard: RealtimeReply[] = [];
  const closed = Promise.withResolvers<number>();
  socket.onmessage = (event) => heard.push(JSON.parse(String(event.data)));
  socket.onclose = (event) => closed.resolve(event.code);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("the socket was not opened"));
  });
  const until = async (isTrue: () => boolean, withinMs = 5_000) => {
    for (const endMs = Date.now() + withinMs; !isTrue(); await Bun.sleep(3)) {
      if (Date.now() > endMs) throw new Error(`did not happen; heard ${JSON.stringify(heard.slice(-5))}`);
    }
  };
  return {
    heard,
    until,
    /** Sequence numbers of a run's events, in the order heard. */
    seqs: (runId: string) =>
      heard.flatMap((reply) =>
        reply.kind === "message" && reply.message.kind === "runEvent" && reply.message.runId === runId
          ? [reply.message.seq]
          : [],
      ),
    closed: closed.promise,
    ask: (request: RealtimeRequest) => socket.send(JSON.stringify(request)),
    send: (frame: string | Uint8Array<ArrayBuffer>) => socket.send(frame),
    close: () => socket.close(),
  };
}

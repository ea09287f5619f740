import type { Principal } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { problemResponse, requestIdOf } from "@dap/platform/http";
import { type Client, type ClientDeps, createClient } from "./socket/client";
import { ownerOf } from "./ticket/owner";
import type { Holder, TicketStore } from "./ticket/store";

export type ServerDeps = ClientDeps & {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly authenticate: (request: Request) => Promise<Principal | undefined>;
  readonly tickets: TicketStore;
  /** Origins whose pages may open sockets, exactly as browsers send them. */
  readonly origins: ReadonlySet<string>;
  readonly port: number;
  readonly hostname: string;
  /** Whether a principal's rights changed since it came; its sockets are closed then, and come back with a new ticket. */
  readonly isStale?: (principal: Principal) => boolean;
  readonly checkEveryMs?: number;
};

/** Sockets of one account or key at a time. */
const socketsMax = 50;
/** A ticket speaks for its owner no longer than this, or than its token; then the socket must come back with a new one. */
const ageMsMax = 15 * 60_000;
/** Largest frame at all: services send batches. Clients are held to 64 KB in `client.ts`. */
const frameBytesMax = 4_194_304;

export type RealtimeServer = {
  readonly port: number;
  /** Open sockets of people and services. */
  readonly sockets: () => number;
  readonly stop: () => Promise<void>;
};

type SocketData = { readonly holder: Holder; client?: Client };

/** Listens for HTTP and for sockets on one port. */
export function listen(deps: ServerDeps): RealtimeServer {
  const clients = new Set<Client>();
  const server = Bun.serve<SocketData>({
    port: deps.port,
    hostname: deps.hostname,
    reusePort: false,
    maxRequestBodySize: 65_536,
    fetch: async (request, self) => {
      if (new URL(request.url).pathname !== "/realtime") return deps.fetch(request);
      try {
        const holder = await admit(request, deps, clients);
        if (self.upgrade(request, { data: { holder } })) return undefined;
        throw new Failure("UPGRADE_REQUIRED", 426, "This address speaks WebSocket.", {
          headers: { upgrade: "websocket" },
        });
      } catch (error) {
        const failure =
          error instanceof Failure ? error : new Failure("INTERNAL", 500, "Something went wrong on our side.");
        if (failure !== error) deps.log.error("A socket could not be opened.", { error });
        return problemResponse(failure, requestIdOf(request));
      }
    },
    websocket: {
      maxPayloadLength: frameBytesMax,
      // Above what `outlet.ts` cuts at: it must see the reader become slow before Bun begins to drop.
      backpressureLimit: 8_388_608,
      idleTimeout: 60,
      sendPings: true,
      open: (socket) => {
        const wire = {
          send: (text: string) => socket.send(text),
          getBufferedAmount: () => socket.getBufferedAmount(),
          close: (code: number, reason: string) => socket.close(code, reason),
          terminate: () => socket.terminate(),
        };
        const client = createClient(wire, socket.data.holder, deps);
        socket.data.client = client;
        clients.add(client);
      },
      message: (socket, frame) => {
        try {
          socket.data.client?.receive(frame);
        } catch (error) {
          deps.log.error("A frame could not be handled.", { error });
          socket.data.client?.end(1011, "internal error");
        }
      },
      drain: (socket) => socket.data.client?.drained(),
      close: (socket) => {
        const { client } = socket.data;
        if (client === undefined) return;
        client.closed();
        clients.delete(client);
      },
    },
  });

  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const client of clients) {
      const isTooOld = client.principal.kind !== "service" && nowMs - client.openedAtMs > ageMsMax;
      const isDue = isTooOld || Date.now() >= client.endMs;
      if (isDue || deps.isStale?.(client.principal)) client.end(4001, "come back with a new ticket");
      else client.check();
    }
  }, deps.checkEveryMs ?? 2_000);

  return {
    port: server.port ?? deps.port,
    sockets: () => clients.size,
    stop: async () => {
      clearInterval(timer);
      for (const client of clients) client.end(1012, "restarting");
      await Promise.race([server.stop(), Bun.sleep(500)]);
      await server.stop(true);
    },
  };
}

/** Who opens the socket: a service by its token, anybody else by a ticket and from an allowed page. */
async function admit(request: Request, deps: ServerDeps, clients: ReadonlySet<Client>): Promise<Holder> {
  if (request.headers.has("authorization")) {
    const service = await deps.authenticate(request);
    if (service?.kind === "service") return { principal: service };
    throw new Failure("UNAUTHENTICATED", 401, "Open the socket with a ticket.");
  }
  const origin = request.headers.get("origin");
  if (origin === null || !deps.origins.has(origin))
    throw new Failure("FOREIGN_ORIGIN", 403, "This page may not open a socket here.");
  const holder = deps.tickets.redeem(new URL(request.url).searchParams.get("ticket") ?? "");
  if (holder === undefined) throw new Failure("UNAUTHENTICATED", 401, "The ticket is not valid, or was used.");
  const owner = ownerOf(holder.principal);
  const open = [...clients].filter((client) => ownerOf(client.principal) === owner).length;
  if (open >= socketsMax)
    throw new Failure("TOO_MANY_SOCKETS", 429, `At most ${socketsMax} sockets may be open at a time.`);
  return holder;
}

import type { AnyElysia } from "elysia";
import { sleep } from "../clock";
import { Failure } from "../failure";

export type ServeOptions = {
  /** 0 takes a free port. */
  readonly port: number;
  /** 127.0.0.1 by default: only the edge listens further. */
  readonly hostname?: string;
  /** Told of the status of every answer. */
  readonly onAnswer?: (status: number) => void;
};

export type RunningServer = {
  readonly port: number;
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Takes no new connections, waits up to `graceMs` (5,000 by default) for requests in flight, then cuts the rest. */
  readonly stop: (graceMs?: number) => Promise<void>;
};

export type FetchHandler = (request: Request, server: Bun.Server<unknown>) => Response | Promise<Response>;

const bodyBytesMax = 5 * 1024 * 1024;
// Long enough for a long poll of 20 seconds that has nothing to say.
const idleTimeoutS = 60;

/** Listens. A port that is taken fails with `Failure` `PORT_IN_USE` instead of being shared. */
export function serve(
  app: AnyElysia | FetchHandler,
  { port, hostname = "127.0.0.1", onAnswer }: ServeOptions,
): RunningServer {
  const server = onAnswer
    ? listen(watched(app, onAnswer), port, hostname, bodyBytesMaxOf(app))
    : listen(app, port, hostname);
  const shownHost = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    port: server.port ?? port,
    url: `http://${shownHost}:${server.port}`,
    stop: (graceMs = 5_000) => stopServer(server, graceMs),
  };
}

const watched =
  (app: AnyElysia | FetchHandler, onAnswer: (status: number) => void): FetchHandler =>
  async (request, server) => {
    const answer = await (typeof app === "function" ? app(request, server) : app.fetch(request));
    onAnswer(answer.status);
    return answer;
  };

const bodyBytesMaxOf = (app: AnyElysia | FetchHandler): number =>
  (typeof app === "function" ? undefined : app.config.serve?.maxRequestBodySize) ?? bodyBytesMax;

function listen(
  app: AnyElysia | FetchHandler,
  port: number,
  hostname: string,
  maxRequestBodySize = bodyBytesMax,
): Bun.Server<unknown> {
  const base = { port, hostname, reusePort: false, idleTimeout: idleTimeoutS };
  try {
    if (typeof app === "function") return Bun.serve({ ...base, fetch: app, maxRequestBodySize });
    app.listen(base);
    if (app.server === null) throw new Error("the app did not listen");
    return app.server;
  } catch (cause) {
    throw new Failure("PORT_IN_USE", 500, `Port ${port} of ${hostname} cannot be listened on; is it in use?`, {
      cause,
    });
  }
}

async function stopServer(server: Bun.Server<unknown>, graceMs: number): Promise<void> {
  const isDone = server.stop().then(() => true);
  const done = await Promise.race([isDone, waitForIdle(server, graceMs)]);
  if (!done || server.pendingRequests > 0 || server.pendingWebSockets > 0) await server.stop(true);
}

/** Idle keep-alive connections would hold `stop` up, so the requests themselves are counted. */
async function waitForIdle(server: Bun.Server<unknown>, graceMs: number): Promise<boolean> {
  const endMs = Date.now() + graceMs;
  while (server.pendingRequests > 0 && Date.now() < endMs) await sleep(10);
  return false;
}

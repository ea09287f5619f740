import { Failure } from "@dap/platform/failure";
import { newId } from "@dap/platform/id";
import type { Logger } from "@dap/platform/log";
import type { Server } from "bun";
import { type Cors, corsHeaders, isOpenToEmbeds, preflight } from "./gateway/cors";
import { proxyRequest } from "./gateway/proxy";
import type { SocketPipe } from "./gateway/socket";
import { findUpstream, type Upstream } from "./gateway/upstream";
import { handleWebhook, type WebhookDeps } from "./webhook/handler";
import { refusal } from "./webhook/refusal";

export type EdgeDeps = {
  readonly publicUrl: URL;
  /** Base URLs of the services behind the gateway. */
  readonly upstreams: Readonly<Record<Exclude<Upstream, "edge">, string>>;
  /** The webapp's own handler where it runs in this process: saves a hop. */
  readonly web?: (request: Request) => Promise<Response>;
  readonly ownPages: (request: Request) => Promise<Response>;
  /** Foreign pages that may call the API with a token: those that embed the web component. */
  readonly embeds: Cors;
  readonly webhook: WebhookDeps;
  readonly log: Logger;
};

type EdgeServer = Server<SocketPipe>;

const upstreamTimeoutMs = 75_000;
const apiMethods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The one public handler. Webhooks come first and pass no router: their speed is the product's. */
export function createApp(deps: EdgeDeps): (request: Request, server: EdgeServer) => Promise<Response | undefined> {
  return async (request, server) => {
    // One fresh id per request: a run started by it has the same id, which links every log line to the run.
    const freshId = newId();
    const requestId = givenRequestId(request.headers) ?? freshId;
    try {
      const { pathname, query } = splitUrl(request.url);
      if (pathname.startsWith("/w/"))
        return await handleWebhook({ request, pathname, query, requestId, freshId }, deps.webhook);
      return await route(request, server, pathname, requestId, deps);
    } catch (error) {
      return refuse(error, requestId, deps.log);
    }
  };
}

async function route(
  request: Request,
  server: EdgeServer,
  pathname: string,
  requestId: string,
  deps: EdgeDeps,
): Promise<Response | undefined> {
  const upstream = findUpstream(pathname);
  if (!upstream) throw new Failure("NOT_FOUND", 404, "There is nothing at this address.");
  if (upstream === "edge") return deps.ownPages(request);
  if (upstream === "realtime" && pathname === "/realtime") return upgrade(request, server, deps);
  if (upstream === "web" && deps.web) return deps.web(request);
  const isEmbed = deps.embeds.origins.length > 0 && isOpenToEmbeds(pathname);
  if (isEmbed && request.method === "OPTIONS") return preflight(request, deps.embeds, apiMethods);
  const address = server.requestIP(request)?.address ?? "unknown";
  server.timeout(request, 120);
  const answer = await proxyRequest(request, deps.upstreams[upstream], requestId, address, {
    publicUrl: deps.publicUrl,
    timeoutMs: upstreamTimeoutMs,
  });
  if (isEmbed) for (const [name, value] of corsHeaders(request, deps.embeds)) answer.headers.set(name, value);
  return answer;
}

function upgrade(request: Request, server: EdgeServer, { upstreams }: EdgeDeps): undefined {
  const { search } = new URL(request.url);
  const headers: Record<string, string> = {};
  for (const name of ["origin", "authorization"]) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const url = `${upstreams.realtime.replace(/^http/, "ws")}/realtime${search}`;
  if (server.upgrade(request, { data: { url, headers, waiting: [] } })) return undefined;
  throw new Failure("UPGRADE_REQUIRED", 426, "This address speaks WebSocket only.");
}

function refuse(error: unknown, requestId: string, log: Logger): Response {
  if (error instanceof Failure) {
    if (error.status >= 500) log.warn("request refused", { requestId, code: error.code, cause: error.cause });
    return refusal(error, requestId);
  }
  log.error("request failed", { requestId, cause: error });
  return refusal(new Failure("INTERNAL", 500, "Something went wrong on our side."), requestId);
}

/** Path and query without the cost of a URL object: what the server hands over is already canonical. */
function splitUrl(url: string): { pathname: string; query: string } {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const mark = url.indexOf("?", start);
  return mark < 0
    ? { pathname: url.slice(start), query: "" }
    : { pathname: url.slice(start, mark), query: url.slice(mark + 1) };
}

function givenRequestId(headers: Headers): string | undefined {
  const given = headers.get("x-request-id");
  return given !== null && /^[\w-]{8,64}$/.test(given) ? given : undefined;
}

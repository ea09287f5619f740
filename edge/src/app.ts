import { Failure } from "@dap/platform/failure";
import { newId } from "@dap/platform/id";
import type { Logger } from "@dap/platform/log";
import type { Secret } from "@dap/platform/secret";
import type { Server } from "bun";
import { limitBody } from "./gateway/body-limit";
import { createCallerAddress } from "./gateway/caller-address";
import { checkRequest, isLocalCall } from "./gateway/check-request";
import { type Cors, corsHeaders, isOpenToEmbeds, preflight } from "./gateway/cors";
import { cleanHeaders, proxyRequest } from "./gateway/proxy";
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
  /** Proves the webapp's server to us, which speaks for the browsers it answers. */
  readonly serviceSecret: Secret<string>;
};

type EdgeServer = Server<SocketPipe>;

const upstreamTimeoutMs = 75_000;
/** Forms and the calls of pages: the editor's documents have 2 MiB at most. */
const webBodyBytesMax = 2_228_224;
const apiMethods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The one public handler. Webhooks come first and pass no router: their speed is the product's. */
export function createApp(deps: EdgeDeps): (request: Request, server: EdgeServer) => Promise<Response | undefined> {
  const routing = { ...deps, addressOf: createCallerAddress(deps.serviceSecret) };
  return (request, server) => {
    // One fresh id per request: a run started by it has the same id, which links every log line to the run.
    const freshId = newId();
    const requestId = givenRequestId(request.headers) ?? freshId;
    const fail = (error: unknown): Response => refuse(error, requestId, deps.log);
    try {
      checkRequest(request);
      const { pathname, query } = splitUrl(request.url);
      const answering = pathname.startsWith("/w/")
        ? handleWebhook({ request, pathname, query, requestId, freshId }, deps.webhook)
        : route(request, server, pathname, requestId, routing);
      return answering.catch(fail);
    } catch (error) {
      return Promise.resolve(fail(error));
    }
  };
}

type Routing = EdgeDeps & { readonly addressOf: ReturnType<typeof createCallerAddress> };

async function route(
  request: Request,
  server: EdgeServer,
  pathname: string,
  requestId: string,
  deps: Routing,
): Promise<Response | undefined> {
  const upstream = findUpstream(pathname);
  if (!upstream) throw nothingHere();
  if (upstream === "edge") return deps.ownPages(request);
  if (upstream === "realtime" && pathname === "/realtime") return upgrade(request, server, deps);
  if (pathname.startsWith("/mailbox") && !isLocalCall(request, deps.publicUrl)) throw nothingHere();
  const address = await deps.addressOf(request, server.requestIP(request)?.address ?? "unknown");
  if (upstream === "web" && deps.web)
    return onlyByTls(await deps.web(await toWeb(request, requestId, address, deps.publicUrl)), deps.publicUrl);
  const isEmbed = deps.embeds.origins.length > 0 && isOpenToEmbeds(pathname);
  if (isEmbed && request.method === "OPTIONS") return preflight(request, deps.embeds, apiMethods);
  server.timeout(request, 120);
  const answer = await proxyRequest(request, deps.upstreams[upstream], requestId, address, {
    publicUrl: deps.publicUrl,
    timeoutMs: upstreamTimeoutMs,
  });
  if (isEmbed) for (const [name, value] of corsHeaders(request, deps.embeds)) answer.headers.set(name, value);
  return onlyByTls(answer, deps.publicUrl);
}

/** Where the platform's address is one of TLS, browsers shall never try it without (a year, RFC 6797). */
function onlyByTls(answer: Response, publicUrl: URL): Response {
  if (publicUrl.protocol === "https:")
    answer.headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  return answer;
}

/** The webapp takes a second name of this machine for its own, so it has to see which one the browser called. */
function toWeb(request: Request, requestId: string, address: string, publicUrl: URL): Promise<Request> {
  const headers = cleanHeaders(request.headers, requestId, address, publicUrl);
  headers.set("host", request.headers.get("host") ?? publicUrl.host);
  headers.delete("x-forwarded-host");
  return limitBody(request, headers, webBodyBytesMax);
}

const nothingHere = () => new Failure("NOT_FOUND", 404, "There is nothing at this address.");

function upgrade(request: Request, server: EdgeServer, { upstreams }: EdgeDeps): undefined {
  const { search } = new URL(request.url);
  const headers: Record<string, string> = {};
  // A ticket is all that opens a socket from outside: what proves a service stays inside.
  const origin = request.headers.get("origin");
  if (origin !== null) headers.origin = origin;
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

import { isOwnOrigin } from "./security";
import type { Session } from "./session";

/** Where the browser reaches the public API with its session instead of a token. */
export const proxyPrefix = "/session/api";

/** Only what pages need; signing in and out has its own doors. */
const allowed = [/^\/teams(\/|$)/, /^\/realtime\/tickets$/];
const requestHeaders = ["accept", "content-type", "if-match", "idempotency-key"];
const responseHeaders = ["content-type", "content-disposition", "etag", "retry-after", "x-request-id"];
const bodyBytesMax = 2 * 1_048_576;

export type ProxyDeps = {
  readonly apiBase: () => string;
  readonly publicOrigin: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
};

/**
 * Passes a request of the webapp's own pages on to the public API, with the session's token. Anything that changes
 * something must come from our own origin, with a header that a foreign form cannot send.
 */
export async function proxyToApi(request: Request, session: Session | undefined, deps: ProxyDeps): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(proxyPrefix.length);
  if (!allowed.some((pattern) => pattern.test(path)) || /\.\.|%2f|%5c|%2e/i.test(path))
    return refuse(404, "NOT_FOUND", "No such page.");
  const reads = request.method === "GET";
  if (!reads && (!isOwnOrigin(request, deps.publicOrigin) || request.headers.get("x-requested-with") !== "dap-web"))
    return refuse(403, "FOREIGN_ORIGIN", "This request did not come from a page of this site.");
  if (!session) return refuse(401, "UNAUTHENTICATED", "Your session has ended. Log in again.");
  const body = reads ? undefined : await request.arrayBuffer();
  if (body && body.byteLength > bodyBytesMax) return refuse(413, "BODY_TOO_LARGE", "This is larger than 2 MiB.");
  return forward(request, `${deps.apiBase()}${path}${url.search}`, session, body, deps.fetch);
}

async function forward(
  request: Request,
  target: string,
  session: Session,
  body: ArrayBuffer | undefined,
  fetch: ProxyDeps["fetch"],
): Promise<Response> {
  const headers = new Headers({ authorization: `Bearer ${session.accessToken}` });
  copy(request.headers, headers, requestHeaders);
  const init: RequestInit = {
    method: request.method,
    headers,
    redirect: "manual",
    signal: AbortSignal.timeout(65_000),
  };
  try {
    const answer = await fetch(target, body && body.byteLength > 0 ? { ...init, body } : init);
    const kept = new Headers({ "cache-control": "no-store" });
    copy(answer.headers, kept, responseHeaders);
    return new Response(answer.body, { status: answer.status, headers: kept });
  } catch {
    return refuse(503, "UNREACHABLE", "The server cannot be reached right now. Nothing was changed; try again.");
  }
}

function copy(from: Headers, to: Headers, names: readonly string[]): void {
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) to.set(name, value);
  }
}

const refuse = (status: number, code: string, detail: string): Response =>
  new Response(JSON.stringify({ type: "about:blank", title: "Refused", status, code, detail, requestId: "" }), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });

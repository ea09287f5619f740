import { Failure } from "@dap/platform/failure";

/** Headers that only this hop may set or that belong to one connection (RFC 9110, section 7.6.1). */
const dropped: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-real-ip",
]);

export type ProxyDeps = {
  readonly publicUrl: URL;
  /** Whole milliseconds an upstream may take until its answer begins. */
  readonly timeoutMs: number;
};

/**
 * Passes a request on to a service and its answer back, streaming both ways. What the client says about addresses, hosts and
 * tenants in headers is dropped and set anew. Fails with 502 `UPSTREAM_UNAVAILABLE` or 504 `UPSTREAM_TIMEOUT`.
 */
export async function proxyRequest(
  request: Request,
  upstream: string,
  requestId: string,
  clientAddress: string,
  deps: ProxyDeps,
): Promise<Response> {
  const url = new URL(request.url);
  const headers = cleanHeaders(request.headers, requestId, clientAddress, deps.publicUrl);
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  try {
    const answer = await fetch(`${upstream}${url.pathname}${url.search}`, {
      method: request.method,
      headers,
      ...(hasBody && request.body ? { body: request.body } : {}),
      redirect: "manual",
      decompress: false,
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(deps.timeoutMs)]),
    });
    return new Response(answer.body, { status: answer.status, headers: answerHeaders(answer.headers, requestId) });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "TimeoutError")
      throw new Failure("UPSTREAM_TIMEOUT", 504, "The service took too long to answer.", { cause });
    throw new Failure("UPSTREAM_UNAVAILABLE", 502, "The service cannot be reached right now.", { cause });
  }
}

/** The client's headers without what only this hop may say, which is set anew. */
export function cleanHeaders(from: Headers, requestId: string, clientAddress: string, publicUrl: URL): Headers {
  const headers = new Headers();
  for (const [name, value] of from)
    if (
      !dropped.has(name) &&
      !name.startsWith("x-dap-") &&
      !name.startsWith("x-tenant-") &&
      !name.startsWith("x-user-")
    )
      headers.append(name, value);
  headers.set("host", publicUrl.host);
  headers.set("x-forwarded-host", publicUrl.host);
  headers.set("x-forwarded-proto", publicUrl.protocol.slice(0, -1));
  headers.set("x-forwarded-for", clientAddress);
  headers.set("x-request-id", requestId);
  return headers;
}

function answerHeaders(from: Headers, requestId: string): Headers {
  const headers = new Headers(from);
  for (const name of ["connection", "keep-alive", "transfer-encoding"]) headers.delete(name);
  headers.set("x-request-id", requestId);
  return headers;
}

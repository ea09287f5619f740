import type { Received } from "./answer";
import { createAddressGuard, parseDestination } from "./destination";
import { EgressError, stepErrorOf } from "./error";
import { createExchange, type Exchange } from "./exchange";
import { checkHeaders, framed } from "./header";
import { inflateBody } from "./inflate";
import { defaultLimits } from "./limit";
import { type Hop, nextHop } from "./redirect";
import { createResolver, resolveBySystem } from "./resolve";
import type { Egress, EgressLimits, EgressOptions, EgressRequest, EgressResponse } from "./type";

const redirectsMax = 5;
const nowMs = () => performance.now();

/**
 * Makes the guarded client, the only way out to the network (security.md, 2.6). One per process: it owns the pool of
 * connections. See the README for what it refuses and for the measurement behind its transport.
 */
export function createEgress({ allow, resolve = resolveBySystem, limits: given, ca }: EgressOptions): Egress {
  const limits: EgressLimits = { ...defaultLimits, ...given };
  const exchange = createExchange({
    guard: createAddressGuard(allow),
    resolve: createResolver(resolve, nowMs),
    limits,
    nowMs,
    ca,
  });
  return {
    request: async (request) => {
      const progress = { isSent: false };
      try {
        return { kind: "answered", response: await follow(exchange, request, limits, progress) };
      } catch (error) {
        const known =
          error instanceof EgressError ? error : new EgressError("BAD_RESPONSE", "The request failed unforeseen.");
        return { kind: "failed", error: stepErrorOf(known, progress.isSent) };
      }
    },
    close: exchange.close,
  };
}

/** Sends the request, then each redirect as a request of its own: checked anew from the beginning. */
async function follow(
  exchange: Exchange,
  request: EgressRequest,
  limits: EgressLimits,
  progress: { isSent: boolean },
): Promise<EgressResponse> {
  if (!/^[A-Z]{1,20}$/.test(request.method) || ["CONNECT", "TRACE"].includes(request.method)) {
    throw new EgressError("EGRESS_METHOD", "This method cannot be sent.");
  }
  const deadlineMs = nowMs() + Math.min(request.timeoutMs ?? limits.totalMs, limits.totalMs);
  const hopsMax = Math.min(request.redirectsMax ?? redirectsMax, redirectsMax);
  let hop: Hop = {
    url: request.url,
    method: request.method,
    headers: checkHeaders(request.headers ?? {}),
    body: request.body,
  };
  for (let hops = 0; ; hops += 1) {
    const { url, received } = await sendHop(exchange, hop, deadlineMs, request.signal, progress);
    const next =
      hopsMax > 0 && nextHop(hop, url, received.status, received.headers.location, request.secretHeaders ?? []);
    if (!next) return finish(url, received, limits);
    if (hops === hopsMax)
      throw new EgressError("TOO_MANY_REDIRECTS", `The receiver redirects more than ${hopsMax} times.`);
    hop = next;
  }
}

async function sendHop(
  exchange: Exchange,
  hop: Hop,
  deadlineMs: number,
  signal: AbortSignal | undefined,
  progress: { isSent: boolean },
): Promise<{ url: URL; received: Received }> {
  const { url, destination } = parseDestination(hop.url);
  const headers = framed(hop.headers, destination.authority, lengthOf(hop));
  const outgoing = { destination, method: hop.method, headers, body: hop.body, deadlineMs, signal };
  const received = await exchange.send(outgoing, () => {
    progress.isSent = true;
  });
  return { url, received };
}

/** A method that expects a body says so even when there is none. */
const lengthOf = ({ body, method }: Hop): number | undefined => {
  if (body !== undefined) return Buffer.byteLength(body);
  return ["POST", "PUT", "PATCH"].includes(method) ? 0 : undefined;
};

async function finish(url: URL, { status, headers, body }: Received, limits: EgressLimits): Promise<EgressResponse> {
  const plain = await inflateBody(body, headers["content-encoding"], limits);
  url.hash = "";
  return { status, headers, body: plain, url: url.href };
}

import http, { type ClientRequest } from "node:http";
import https from "node:https";
import { type Received, readAnswer } from "./answer";
import type { AddressGuard, Destination } from "./destination";
import { EgressError } from "./error";
import { hardenHeaders } from "./harden";
import { transportError } from "./transport-error";
import type { EgressLimits, Resolve } from "./type";
import { createWatch } from "./watch";

/** One request to one destination, checked and framed. */
export type Outgoing = {
  readonly destination: Destination;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  /** By the clock of `ExchangeDeps`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
};

export type Exchange = {
  /** Rejects with `EgressError`. `onSent` is called when bytes may have left for the receiver. */
  readonly send: (outgoing: Outgoing, onSent: () => void) => Promise<Received>;
  readonly close: () => void;
};

type ExchangeDeps = {
  readonly guard: AddressGuard;
  readonly resolve: Resolve;
  readonly limits: EgressLimits;
  readonly nowMs: () => number;
  readonly ca: string | undefined;
};

/**
 * HTTP/1.1 over pooled keep-alive connections. A connection is opened only to an address that the guard admitted: the
 * agent asks `lookup` for every new connection and for none that it reuses, so an address that was checked stays the
 * one that is talked to, whatever the name resolves to later.
 */
export function createExchange(deps: ExchangeDeps): Exchange {
  const agents = createAgents(deps);
  const open = (outgoing: Outgoing): ClientRequest => {
    const { destination, method, headers } = outgoing;
    const isLiteral = deps.guard.admitHost(destination); // `lookup` is never asked about an address
    return (destination.isSecure ? https : http).request({
      agent: destination.isSecure ? agents.secure : agents.plain,
      host: destination.host,
      port: destination.port,
      path: destination.path,
      method,
      headers,
      maxHeaderSize: deps.limits.headerBytes,
      ...(destination.isSecure && !isLiteral && { servername: destination.host.replace(/\.$/, "") }),
      lookup: (_host, options, done) => void answerLookup(deps, destination, options.all === true, done),
    });
  };
  const attempt = (outgoing: Outgoing, onSent: () => void) =>
    new Promise<Received>((resolve, reject) => attend(open(outgoing), outgoing, deps, onSent, resolve, reject));
  return {
    send: (outgoing, onSent) =>
      attempt(outgoing, onSent).catch((error) => {
        // The receiver closed a kept connection just as it was used again. Only a read may be sent twice unasked.
        if (error instanceof StaleConnection && isRead(outgoing.method)) return attempt(outgoing, onSent);
        throw error;
      }),
    close: () => {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}

// `rejectUnauthorized` is said aloud, or a variable of the environment could switch it off.
function createAgents({ limits, ca }: ExchangeDeps): { plain: http.Agent; secure: https.Agent } {
  const pooled = {
    keepAlive: true,
    maxFreeSockets: limits.idlePerHost,
    scheduling: "lifo",
    timeout: limits.idleMs,
  } as const;
  return {
    plain: new http.Agent(pooled),
    secure: new https.Agent({ ...pooled, rejectUnauthorized: true, ...(ca !== undefined && { ca }) }),
  };
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

class StaleConnection extends EgressError {
  constructor() {
    super("CONNECTION_LOST", "The receiver closed the connection before it answered.");
  }
}

type LookupDone = (
  error: Error | null,
  address: string | { address: string; family: number }[],
  family?: number,
) => void;

async function answerLookup(
  deps: ExchangeDeps,
  destination: Destination,
  all: boolean,
  done: LookupDone,
): Promise<void> {
  try {
    const admitted = deps.guard.admitAddresses(destination, await deps.resolve(destination.host));
    const answers = admitted.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    if (all) done(null, answers);
    else done(null, answers[0]?.address ?? "", answers[0]?.family);
  } catch (error) {
    done(error instanceof Error ? error : new EgressError("DNS_FAILED", "The name cannot be resolved."), "");
  }
}

/** Watches over one request until it is answered in full, or given up for the first reason that comes up. */
function attend(
  request: ClientRequest,
  outgoing: Outgoing,
  { limits, nowMs }: ExchangeDeps,
  onSent: () => void,
  resolve: (received: Received) => void,
  reject: (error: EgressError) => void,
): void {
  const { signal, deadlineMs } = outgoing;
  let isConnected = false;
  let isAnswered = false;
  const settle = () => {
    watch.stop();
    signal?.removeEventListener("abort", abort);
  };
  const fail = (error: EgressError) => {
    settle();
    request.destroy();
    reject(error); // the first reason stands: a promise ignores the rest
  };
  const abort = () => fail(new EgressError("ABORTED", "The request was cancelled."));
  const watch = createWatch({ limits, deadlineMs, nowMs, onLate: fail });
  signal?.addEventListener("abort", abort, { once: true });

  onConnected(request, outgoing.destination.isSecure, () => {
    isConnected = true;
    watch.connected();
    onSent();
  });
  request.on("error", (error) => {
    const isStale = request.reusedSocket && !isAnswered && isReset(error);
    fail(isStale ? new StaleConnection() : transportError(error, isConnected));
  });
  refuseNonAnswers(request, fail);
  request.on("response", (message) => {
    isAnswered = true;
    const done = (received: Received) => {
      settle();
      resolve(received);
    };
    readAnswer(message, outgoing.method !== "HEAD", limits, watch, done, fail);
  });
  if (signal?.aborted) abort();
  else request.end(outgoing.body);
}

const isReset = (error: Error & { code?: unknown }): boolean => error.code === "ECONNRESET" || error.code === "EPIPE";

function onConnected(request: ClientRequest, isSecure: boolean, connected: () => void): void {
  request.on("socket", (socket) => {
    hardenHeaders(request);
    if (socket.connecting) socket.once(isSecure ? "secureConnect" : "connect", connected);
    else connected();
  });
}

/** A change of protocol that nobody asked for, or notices (1xx) without end. */
function refuseNonAnswers(request: ClientRequest, fail: (error: EgressError) => void): void {
  let notices = 0;
  request.on("upgrade", (_message, socket) => {
    socket.destroy();
    fail(new EgressError("BAD_RESPONSE", "The receiver wanted to change the protocol."));
  });
  request.on("information", () => {
    notices += 1;
    if (notices > 16) fail(new EgressError("BAD_RESPONSE", "The receiver sent notices but no answer."));
  });
}

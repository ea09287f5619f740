import type { Json, ServiceName } from "@dap/contract";
import { jwtVerify, SignJWT } from "jose";
import { sleep } from "./clock";
import { Failure } from "./failure";
import type { Secret } from "./secret";

export const serviceAudience = "dap-service";
export const serviceTokenType = "dap-service+jwt";
const lifeMs = 5 * 60_000;
const renewBeforeMs = 60_000;

const serviceNames: ReadonlySet<string> = new Set<ServiceName>([
  "identity",
  "team",
  "data",
  "compute",
  "realtime",
  "edge",
  "web",
]);

const minted = new Map<string, { readonly secret: Secret<string>; readonly token: string; readonly untilMs: number }>();

/** A token (HS256, five minutes) by which a service shows who it is to another one. Kept and renewed a minute early. */
export async function mintServiceToken(name: ServiceName, secret: Secret<string>): Promise<string> {
  const known = minted.get(name);
  const nowMs = Date.now();
  if (known && known.secret === secret && known.untilMs > nowMs) return known.token;
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256", typ: serviceTokenType })
    .setSubject(name)
    .setAudience(serviceAudience)
    .setIssuedAt(Math.floor(nowMs / 1000))
    .setExpirationTime(Math.floor((nowMs + lifeMs) / 1000))
    .sign(keyOf(secret));
  minted.set(name, { secret, token, untilMs: nowMs + lifeMs - renewBeforeMs });
  return token;
}

/** The service that a token names and when it expires; `undefined` if the token is not a valid service token. */
export async function verifyServiceToken(
  token: string,
  secret: Secret<string>,
): Promise<{ readonly name: ServiceName; readonly expiresAtMs: number } | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: ["HS256"],
      audience: serviceAudience,
      typ: serviceTokenType,
      clockTolerance: 30,
      requiredClaims: ["sub", "exp", "iat"],
      maxTokenAge: "10m",
    });
    if (!isServiceName(payload.sub) || payload.exp === undefined) return undefined;
    return { name: payload.sub, expiresAtMs: payload.exp * 1000 };
  } catch {
    return undefined;
  }
}

const isServiceName = (name: string | undefined): name is ServiceName => name !== undefined && serviceNames.has(name);
const keyOf = (secret: Secret<string>): Uint8Array => new TextEncoder().encode(secret.reveal());

export type ServiceCall = {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** 10 seconds by default. */
  readonly timeoutMs?: number;
};

/** Calls another service and gives the parsed JSON answer (`undefined` for an empty one). */
export type ServiceFetch = (path: string, call?: ServiceCall) => Promise<Json | undefined>;

/**
 * A caller of one service's internal API. Its refusal is thrown as the `Failure` it answered with; if it cannot be
 * reached or does not answer in time: `Failure` 503 `SERVICE_UNAVAILABLE`. GET and HEAD are tried twice.
 */
export function serviceFetch(baseUrl: string, name: ServiceName, secret: Secret<string>): ServiceFetch {
  return async (path, call = {}) => {
    const isSafe = ["GET", "HEAD", undefined].includes(call.method);
    const first = await attempt(baseUrl, name, secret, path, call);
    if (first.kind === "answered") return first.body;
    if (!isSafe || call.signal?.aborted) throw first.failure;
    await sleep(50 + Math.random() * 100, call.signal);
    const second = await attempt(baseUrl, name, secret, path, call);
    if (second.kind === "answered") return second.body;
    throw second.failure;
  };
}

type Attempt =
  | { readonly kind: "answered"; readonly body: Json | undefined }
  | { readonly kind: "unreached"; readonly failure: Failure };

async function attempt(
  baseUrl: string,
  name: ServiceName,
  secret: Secret<string>,
  path: string,
  call: ServiceCall,
): Promise<Attempt> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? 10_000);
  const token = await mintServiceToken(name, secret);
  let response: Response;
  let answer: string;
  try {
    response = await fetch(`${baseUrl}${path}`, {
      method: call.method ?? "GET",
      headers: {
        authorization: `Bearer ${token}`,
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      redirect: "error",
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
    });
    answer = await response.text();
  } catch (cause) {
    return { kind: "unreached", failure: unavailable(baseUrl, cause) };
  }
  const body = parseAnswer(answer, baseUrl);
  if (response.ok) return { kind: "answered", body };
  throw toFailure(response.status, body);
}

const unavailable = (baseUrl: string, cause: unknown): Failure =>
  new Failure("SERVICE_UNAVAILABLE", 503, "A part of the platform is not reachable. Try again.", {
    cause: new Error(`${baseUrl} did not answer`, { cause }),
    headers: { "retry-after": "1" },
  });

function parseAnswer(answer: string, baseUrl: string): Json | undefined {
  if (answer === "") return undefined;
  try {
    return JSON.parse(answer) as Json; // JSON.parse gives nothing but Json
  } catch (cause) {
    throw unavailable(baseUrl, cause);
  }
}

function toFailure(status: number, body: Json | undefined): Failure {
  const problem = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  const field = (name: string, otherwise: string): string => {
    const value = Object.hasOwn(problem, name) ? (problem as Record<string, Json>)[name] : undefined;
    return typeof value === "string" ? value : otherwise;
  };
  return new Failure(
    field("code", "SERVICE_FAILED"),
    status,
    field("detail", "A part of the platform refused the call."),
  );
}

import { type Permission, type Principal, type ServiceName, teamPermissions } from "@dap/contract";
import type { JWTVerifyGetKey } from "jose";
import { Failure } from "./failure";
import { type AccessKeys, createKeySet, verifyAccessToken } from "./guard/access-token";
import { createTokenCache } from "./guard/token-cache";
import type { Secret } from "./secret";
import { verifyServiceToken } from "./service-token";

export type { AccessKeys } from "./guard/access-token";

export type AuthenticatorOptions = AccessKeys & {
  readonly issuer: string;
  readonly audience: string;
  readonly serviceSecret: Secret<string>;
  /** A verified token is believed for so long without looking again, and never beyond its expiry; 60,000 by default. */
  readonly cacheMs?: number;
  /** Who holds an API key (`dap_...`); `undefined` when nobody does. Kept for `apiKeyCacheMs` (5,000 by default). */
  readonly findApiKey?: (key: string) => Promise<Principal | undefined>;
  readonly apiKeyCacheMs?: number;
  /** Whether a principal's rights have changed since its token was made. Asked at every request, so answer from memory. */
  readonly isStale?: (principal: Principal) => boolean;
};

/** Tells who is asking; `undefined` when nobody, or nobody we believe. Fails with 503 when the keys cannot be fetched. */
export type Authenticator = (request: Request) => Promise<Principal | undefined>;

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const cache = createTokenCache();
  const keys = createKeySet(options);
  return async (request) => {
    const token = bearerToken(request);
    if (token === undefined) return undefined;
    const known = cache.find(token, Date.now());
    const principal = known ?? (await verify(token));
    return principal === undefined || options.isStale?.(principal) ? undefined : principal;
  };

  async function verify(token: string): Promise<Principal | undefined> {
    const verified = await verifyToken(token, keys, options);
    if (verified === undefined) return undefined;
    cache.keep(token, verified.principal, verified.untilMs);
    return verified.principal;
  }
}

type Verified = { readonly principal: Principal; readonly untilMs: number };

async function verifyToken(
  token: string,
  keys: JWTVerifyGetKey,
  options: AuthenticatorOptions,
): Promise<Verified | undefined> {
  const nowMs = Date.now();
  if (token.startsWith("dap_")) {
    const principal = await options.findApiKey?.(token);
    return principal && { principal, untilMs: nowMs + (options.apiKeyCacheMs ?? 5_000) };
  }
  const cachedUntilMs = nowMs + (options.cacheMs ?? 60_000);
  // The header only chooses which one of two strict checks is made; each of them fixes algorithm, type and audience.
  if (algorithmOf(token) === "HS256") {
    const service = await verifyServiceToken(token, options.serviceSecret);
    return (
      service && {
        principal: { kind: "service", name: service.name },
        untilMs: Math.min(service.expiresAtMs, cachedUntilMs),
      }
    );
  }
  const access = await verifyAccessToken(token, keys, options);
  return access && { principal: access.principal, untilMs: Math.min(access.expiresAtMs, cachedUntilMs) };
}

function algorithmOf(token: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString());
    return typeof header === "object" && header !== null && "alg" in header ? header.alg : undefined;
  } catch {
    return undefined;
  }
}

const tokenBytesMax = 8_192;

function bearerToken(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  if (header === null || header.length > tokenBytesMax || !/^bearer /i.test(header)) return undefined;
  return header.slice(7).trim();
}

/**
 * Ensures that the principal may do something in a team, in this order: 401 when nobody is asking, 404 when the team is
 * not visible to them, 403 when they may not.
 */
export function authorize(principal: Principal | undefined, teamId: string, permission: Permission): Principal {
  const known = requirePrincipal(principal);
  const allowed = teamPermissions(known, teamId);
  if (allowed === undefined) throw new Failure("NOT_FOUND", 404, "There is nothing here.");
  if (!allowed.has(permission)) throw new Failure("FORBIDDEN", 403, "Your role in this team does not allow that.");
  return known;
}

/** Ensures that somebody is asking: else 401. */
export function requirePrincipal(principal: Principal | undefined): Principal {
  if (principal === undefined) throw new Failure("UNAUTHENTICATED", 401, "Sign in first.");
  return principal;
}

/** Ensures that a person is asking: 401 for nobody, 403 for keys and services. */
export function requireAccount(principal: Principal | undefined): Extract<Principal, { kind: "account" }> {
  const known = requirePrincipal(principal);
  if (known.kind !== "account") throw new Failure("FORBIDDEN", 403, "Only a signed-in person may do that.");
  return known;
}

/** Ensures that another service is asking, one of `names` if given. To everybody else the internal API does not exist (404). */
export function requireService(principal: Principal | undefined, names?: readonly ServiceName[]): ServiceName {
  const isService = principal?.kind === "service" && (names === undefined || names.includes(principal.name));
  if (!isService) throw new Failure("NOT_FOUND", 404, "There is nothing here.");
  return principal.name;
}

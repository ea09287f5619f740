import { AccessClaims, type Principal } from "@dap/contract";
import { FormatRegistry } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { Failure } from "../failure";
import { isUuid } from "../id";

/**
 * Where the public keys are: the identity server's JWKS, or the keys themselves (identity, whose keys rotate: a function;
 * tests).
 */
export type AccessKeys =
  | { readonly jwksUrl: string }
  | { readonly localKeys: JSONWebKeySet | (() => JSONWebKeySet | Promise<JSONWebKeySet>) };

export type AccessTokenOptions = { readonly issuer: string; readonly audience: string };

if (!FormatRegistry.Has("uuid")) FormatRegistry.Set("uuid", isUuid);
const claimsCheck = TypeCompiler.Compile(AccessClaims);

/** The account an access token speaks for; `undefined` unless algorithm, type, issuer, audience and times are all right. */
export async function verifyAccessToken(
  token: string,
  keys: JWTVerifyGetKey,
  options: AccessTokenOptions,
): Promise<{ readonly principal: Principal; readonly expiresAtMs: number } | undefined> {
  const payload = await verifyPayload(token, keys, options);
  const expiresAtS = payload?.exp;
  if (expiresAtS === undefined || !claimsCheck.Check(payload)) return undefined;
  return { principal: toPrincipal(payload), expiresAtMs: expiresAtS * 1000 };
}

async function verifyPayload(token: string, keys: JWTVerifyGetKey, { issuer, audience }: AccessTokenOptions) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ["EdDSA"],
      issuer,
      audience,
      typ: "at+jwt",
      clockTolerance: 5,
      requiredClaims: ["exp", "iat", "sub"],
    });
    return payload;
  } catch (error) {
    if (isKeyOutage(error)) {
      throw new Failure("IDENTITY_UNAVAILABLE", 503, "Signing in cannot be checked right now. Try again.", {
        cause: error,
        headers: { "retry-after": "1" },
      });
    }
    return undefined;
  }
}

/** A token whose key id is unknown is just not valid; keys that cannot be fetched say nothing about the token. */
const isKeyOutage = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  !(error instanceof errors.JOSEError) ||
  error.constructor === errors.JOSEError;

/** Fetched keys are kept for ten minutes; an unknown key id fetches anew, at most every 30 seconds. */
export function createKeySet(keys: AccessKeys): JWTVerifyGetKey {
  if ("jwksUrl" in keys) {
    return createRemoteJWKSet(new URL(keys.jwksUrl), {
      cooldownDuration: 30_000,
      cacheMaxAge: 10 * 60_000,
      timeoutDuration: 3_000,
    });
  }
  const { localKeys } = keys;
  return async (header, token) => {
    const set = typeof localKeys === "function" ? await localKeys() : localKeys;
    return createLocalJWKSet(set)(header, token);
  };
}

function toPrincipal(claims: AccessClaims): Principal {
  return {
    kind: "account",
    accountId: claims.sub,
    sessionId: claims.sid,
    email: claims.email,
    emailVerified: claims.email_verified,
    teams: claims.teams,
    permVer: claims.perm_ver,
  };
}

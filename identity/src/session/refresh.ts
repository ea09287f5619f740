import { Failure } from "@dap/platform/failure";
import type { IdentityDeps } from "../deps";
import { hashToken, newToken, tokenValue } from "../secret/opaque-token";
import { createSealer } from "../secret/seal";
import { grant, newRow, readAccess, type SessionGrant } from "./issue";
import { findRefreshToken, insertRefreshToken, revokeSessions, touchSession, useRefreshToken } from "./query";
import { userAgentFamily } from "./user-agent";

export type RefreshResult = { readonly grant: SessionGrant; readonly refreshToken: string };

/** Two tabs, or an answer that was lost: for so long the same token gives the same successor again. */
export const graceMs = 10_000;

type Found = NonNullable<Awaited<ReturnType<typeof findRefreshToken>>>;

/**
 * Exchanges a refresh token for its successor and a new access token. A used token is answered with the same successor
 * for 10 s; after that its use ends the whole session, for either this client or the one before it has stolen it.
 * Fails with 401 `REFRESH_INVALID` or `REFRESH_REUSED`, and with 503 when team does not answer (nothing is used up then).
 */
export async function refreshSession(deps: IdentityDeps, token: string, userAgent: string): Promise<RefreshResult> {
  const found = await findLive(deps, token);
  const access = await readAccess(deps, found.account);
  const refreshToken = (await rotate(deps, token, found)) ?? (await repeat(deps, token, userAgent));
  return { grant: await grant(deps, found.account, found.session.id, access), refreshToken };
}

async function findLive(deps: IdentityDeps, token: string): Promise<Found> {
  const tokenHash = hashToken(token);
  const found = tokenHash && (await findRefreshToken(deps.db, tokenHash));
  const nowMs = deps.clock.nowMs();
  if (!found || found.session.revokedAt !== null || found.account.disabledAt !== null) throw invalid();
  const endMs = Math.min(found.token.expiresAt.getTime(), found.session.expiresAt.getTime());
  // A used token stays recognisable beyond its own life, so that its theft is noticed.
  if (found.token.usedAt === null && endMs <= nowMs) throw invalid();
  return found;
}

/** The new successor; `undefined` when the token was used before, also when that was a moment ago. */
async function rotate(deps: IdentityDeps, token: string, { session, token: row }: Found): Promise<string | undefined> {
  if (row.usedAt !== null) return undefined;
  const now = new Date(deps.clock.nowMs());
  const successor = newToken();
  const successorSealed = await (await sealerOf(token)).seal(successor, session.id);
  return deps.db.transaction(async (tx) => {
    if (!(await useRefreshToken(tx, row.tokenHash, successorSealed, now))) return undefined;
    await insertRefreshToken(tx, newRow(successor, session.id, now, session.expiresAt));
    await touchSession(tx, session.id, now);
    return successor;
  });
}

/** The successor that was given before, to the same browser within the grace; else the session ends. */
async function repeat(deps: IdentityDeps, token: string, userAgent: string): Promise<string> {
  const { token: row, session } = await findLive(deps, token);
  const now = new Date(deps.clock.nowMs());
  const isHonest =
    row.usedAt !== null &&
    now.getTime() - row.usedAt.getTime() <= graceMs &&
    userAgentFamily(userAgent) === userAgentFamily(session.userAgent);
  const successor =
    isHonest && row.successorSealed && (await (await sealerOf(token)).open(row.successorSealed, session.id));
  if (successor) return successor;
  await revokeSessions(deps.db, { accountId: session.accountId, sessionId: session.id }, "refresh-reused", now);
  deps.log.warn("A used refresh token came again; its session was ended.", { sessionId: session.id });
  throw new Failure("REFRESH_REUSED", 401, "This session was ended because its token was used twice. Log in again.");
}

/** Sealed with the token itself: a copy of the database opens no successor. */
const sealerOf = (token: string) => createSealer(tokenValue(token) ?? new Uint8Array(32), "refresh successor");

const invalid = () => new Failure("REFRESH_INVALID", 401, "The session has ended. Log in again.");

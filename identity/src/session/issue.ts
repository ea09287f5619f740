import { newId } from "@dap/platform/id";
import type { Static } from "@sinclair/typebox";
import { ensurePersonalTeam } from "../account/register";
import type { Access } from "../account/team-directory";
import type { Account } from "../database/table/account";
import type { IdentityDeps } from "../deps";
import { accessTokenSeconds } from "../key/access-token";
import { hashToken, newToken } from "../secret/opaque-token";
import { insertRefreshToken, insertSession } from "./query";
import type { SessionGrantView } from "./schema";
import { viewAccount } from "./view";

/** What a client gets when it has logged in or refreshed. */
export type SessionGrant = Static<typeof SessionGrantView>;

/** A session ends after 30 days, or after 7 without a refresh. */
const sessionLifeMs = 30 * 86_400_000;
const idleLifeMs = 7 * 86_400_000;

/** What the account may do now. Its personal team is made first if it is missing; 503 when team does not answer. */
export async function readAccess(deps: IdentityDeps, account: Account): Promise<Access> {
  await ensurePersonalTeam(deps, account);
  return deps.team.readAccess(account.id);
}

/** Begins a session and gives its id and first refresh token. */
export async function beginSession(deps: IdentityDeps, accountId: string, userAgent: string) {
  const now = new Date(deps.clock.nowMs());
  const token = newToken();
  const expiresAt = new Date(now.getTime() + sessionLifeMs);
  const fresh = { id: newId(), accountId, userAgent, createdAt: now, lastUsedAt: now, expiresAt };
  await deps.db.transaction(async (tx) => {
    await insertSession(tx, fresh);
    await insertRefreshToken(tx, newRow(token, fresh.id, now, expiresAt));
  });
  return { sessionId: fresh.id, refreshToken: token };
}

/** The row of a refresh token: it lives 7 days, but not beyond its session. */
export function newRow(token: string, sessionId: string, now: Date, sessionExpiresAt: Date) {
  const tokenHash = hashToken(token);
  if (!tokenHash) throw new Error("a new token was not a token");
  const expiresAt = new Date(Math.min(now.getTime() + idleLifeMs, sessionExpiresAt.getTime()));
  return { tokenHash, sessionId, createdAt: now, expiresAt };
}

/** The answer with a new access token. */
export async function grant(
  deps: IdentityDeps,
  account: Account,
  sessionId: string,
  access: Access,
): Promise<SessionGrant> {
  const accessToken = await deps.sign({
    sub: account.id,
    sid: sessionId,
    email: account.email,
    email_verified: account.emailVerifiedAt !== null,
    teams: access.teams,
    scope: "api",
    perm_ver: access.permVer,
  });
  return { accessToken, expiresInSeconds: accessTokenSeconds, account: viewAccount(account) };
}

import type { IdentityDeps } from "../deps";
import { hashToken } from "../secret/opaque-token";
import { findRefreshToken, revokeSessions } from "./query";

/** Ends the session of a refresh token, used or not; a token that is none ends nothing. */
export async function logOut(deps: IdentityDeps, token: string | undefined): Promise<void> {
  const tokenHash = token === undefined ? undefined : hashToken(token);
  const found = tokenHash && (await findRefreshToken(deps.db, tokenHash));
  if (!found) return;
  const { id: sessionId, accountId } = found.session;
  await revokeSessions(deps.db, { accountId, sessionId }, "logged-out", new Date(deps.clock.nowMs()));
}

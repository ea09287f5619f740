import { and, desc, eq, gt, isNull, lt } from "drizzle-orm";
import type { Database } from "../database/database";
import { account } from "../database/table/account";
import { knownDevice, refreshToken, type Session, session } from "../database/table/session";

export async function insertSession(db: Database, fresh: Omit<Session, "revokedAt" | "revokedReason">) {
  await db.insert(session).values(fresh);
}

export type NewRefreshToken = {
  readonly tokenHash: Uint8Array;
  readonly sessionId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

export async function insertRefreshToken(db: Database, fresh: NewRefreshToken) {
  await db.insert(refreshToken).values(fresh);
}

/** A refresh token with its session and the session's account, whatever state they are in. */
export async function findRefreshToken(db: Database, tokenHash: Uint8Array) {
  const rows = await db
    .select()
    .from(refreshToken)
    .innerJoin(session, eq(session.id, refreshToken.sessionId))
    .innerJoin(account, eq(account.id, session.accountId))
    .where(eq(refreshToken.tokenHash, tokenHash));
  const [row] = rows;
  return row && { token: row.refresh_token, session: row.session, account: row.account };
}

/** Uses a token up in favour of its successor: `false` when it was used before. Of parallel calls one gets `true`. */
export async function useRefreshToken(db: Database, tokenHash: Uint8Array, successorSealed: Uint8Array, now: Date) {
  const rows = await db
    .update(refreshToken)
    .set({ usedAt: now, successorSealed })
    .where(and(eq(refreshToken.tokenHash, tokenHash), isNull(refreshToken.usedAt)))
    .returning({ sessionId: refreshToken.sessionId });
  return rows.length > 0;
}

export async function touchSession(db: Database, id: string, now: Date) {
  await db.update(session).set({ lastUsedAt: now }).where(eq(session.id, id));
}

export type SessionsOf = { readonly accountId: string; readonly sessionId?: string };

/** Ends sessions of an account, all of them or one, with every token of theirs. Gives how many were live. */
export async function revokeSessions(db: Database, { accountId, sessionId }: SessionsOf, reason: string, now: Date) {
  const live = and(eq(session.accountId, accountId), isNull(session.revokedAt));
  const rows = await db
    .update(session)
    .set({ revokedAt: now, revokedReason: reason })
    .where(sessionId === undefined ? live : and(live, eq(session.id, sessionId)))
    .returning({ id: session.id });
  return rows.length;
}

/** Live sessions, newest first, those before `cursor` (a session id) only. */
export function listSessions(db: Database, accountId: string, now: Date, limit: number, cursor?: string) {
  const isLive = and(eq(session.accountId, accountId), isNull(session.revokedAt), gt(session.expiresAt, now));
  return db
    .select()
    .from(session)
    .where(cursor === undefined ? isLive : and(isLive, lt(session.id, cursor)))
    .orderBy(desc(session.id))
    .limit(limit);
}

/** Whether the owner of this account has logged in with this device before; it is remembered as used now. */
export async function touchKnownDevice(db: Database, tokenHash: Uint8Array, accountId: string, now: Date) {
  const rows = await db
    .update(knownDevice)
    .set({ lastUsedAt: now })
    .where(and(eq(knownDevice.tokenHash, tokenHash), eq(knownDevice.accountId, accountId)))
    .returning({ accountId: knownDevice.accountId });
  return rows.length > 0;
}

export async function insertKnownDevice(db: Database, tokenHash: Uint8Array, accountId: string, now: Date) {
  await db.insert(knownDevice).values({ tokenHash, accountId, createdAt: now, lastUsedAt: now });
}

import { eq, ne, sql } from "drizzle-orm";
import type { JWK } from "jose";
import type { Database } from "../database/database";
import { type KeyState, signingKey } from "../database/table/signing-key";

/** Any number that nothing else of ours locks. */
const keyLock = 7_241_101;

/** Lets one process at a time change keys; held to the end of the transaction. */
export const lockKeys = (tx: Database) => tx.execute(sql`select pg_advisory_xact_lock(${keyLock})`);

export type KeyRow = typeof signingKey.$inferSelect;

/** The keys that verifiers must know: next, current and previous. */
export const listLiveKeys = (db: Database): Promise<KeyRow[]> =>
  db.select().from(signingKey).where(ne(signingKey.state, "retired"));

export async function insertKey(db: Database, key: { kid: string; state: KeyState; publicJwk: JWK }, now: Date) {
  await db.insert(signingKey).values({ ...key, createdAt: now, activatedAt: key.state === "current" ? now : null });
}

export async function moveKey(db: Database, kid: string, state: KeyState, now: Date) {
  const times = state === "current" ? { activatedAt: now } : state === "retired" ? { retiredAt: now } : {};
  await db
    .update(signingKey)
    .set({ state, ...times })
    .where(eq(signingKey.kid, kid));
}

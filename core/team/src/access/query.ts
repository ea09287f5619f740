import { eq } from "drizzle-orm";
import type { ScopedTx } from "../database/database";
import { profile } from "../database/table/profile";

/** An account, as identity describes it. */
export type Person = { readonly accountId: string; readonly email: string; readonly name: string };

/** Keeps what identity says of an account. Locks the row: two acts of one account are done one after the other. */
export async function saveProfile(tx: ScopedTx, { accountId, email, name }: Person, now: Date): Promise<void> {
  await tx
    .insert(profile)
    .values({ accountId, email, name, permVer: 1, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({ target: profile.accountId, set: { email, name, updatedAt: now } });
}

/** The same for an account of which only a token is at hand: a name that is known stays. */
export async function ensureProfile(tx: ScopedTx, { accountId, email, name }: Person, now: Date): Promise<void> {
  await tx
    .insert(profile)
    .values({ accountId, email, name, permVer: 1, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({ target: profile.accountId, set: { email, updatedAt: now } });
}

/** `undefined` for an account that team has never heard of. */
export async function findPermVer(tx: ScopedTx, accountId: string): Promise<number | undefined> {
  const rows = await tx.select({ permVer: profile.permVer }).from(profile).where(eq(profile.accountId, accountId));
  return rows[0]?.permVer;
}

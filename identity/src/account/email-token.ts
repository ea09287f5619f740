import { and, eq, gt, isNull } from "drizzle-orm";
import type { Database } from "../database/database";
import { type EmailTokenPurpose, emailToken } from "../database/table/email-token";
import { hashToken, newToken } from "../secret/opaque-token";

/** Makes a one-use token to be mailed, and voids the older ones of the same purpose. Only its hash is stored. */
export async function issueEmailToken(
  db: Database,
  { accountId, purpose, emailCanonical }: { accountId: string; purpose: EmailTokenPurpose; emailCanonical: string },
  now: Date,
  lifeMs: number,
): Promise<string> {
  const token = newToken();
  const tokenHash = hashToken(token);
  if (!tokenHash) throw new Error("a new token was not a token");
  await db.delete(emailToken).where(and(eq(emailToken.accountId, accountId), eq(emailToken.purpose, purpose)));
  const expiresAt = new Date(now.getTime() + lifeMs);
  await db.insert(emailToken).values({ tokenHash, accountId, purpose, emailCanonical, createdAt: now, expiresAt });
  return token;
}

/** For whom a token would be, if it were used now; it is not used up. */
export async function findEmailToken(db: Database, token: string, purpose: EmailTokenPurpose, now: Date) {
  const isUsable = whereUsable(token, purpose, now);
  const rows = isUsable && (await db.select().from(emailToken).where(isUsable));
  return rows?.[0];
}

/** Uses a token up, in one statement: of parallel tries one gets it, the others get `undefined`. */
export async function useEmailToken(
  db: Database,
  token: string,
  purpose: EmailTokenPurpose,
  now: Date,
): Promise<{ readonly accountId: string; readonly emailCanonical: string } | undefined> {
  const isUsable = whereUsable(token, purpose, now);
  if (!isUsable) return undefined;
  const rows = await db
    .update(emailToken)
    .set({ usedAt: now })
    .where(isUsable)
    .returning({ accountId: emailToken.accountId, emailCanonical: emailToken.emailCanonical });
  return rows[0];
}

function whereUsable(token: string, purpose: EmailTokenPurpose, now: Date) {
  const tokenHash = hashToken(token);
  if (!tokenHash) return undefined;
  const isThis = and(eq(emailToken.tokenHash, tokenHash), eq(emailToken.purpose, purpose));
  return and(isThis, isNull(emailToken.usedAt), gt(emailToken.expiresAt, now));
}

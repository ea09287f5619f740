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

/** Uses a token up, in one statement: of parallel tries one gets it, the others get `undefined`. */
export async function useEmailToken(
  db: Database,
  token: string,
  purpose: EmailTokenPurpose,
  now: Date,
): Promise<{ readonly accountId: string; readonly emailCanonical: string } | undefined> {
  const tokenHash = hashToken(token);
  if (!tokenHash) return undefined;
  const rows = await db
    .update(emailToken)
    .set({ usedAt: now })
    .where(
      and(
        eq(emailToken.tokenHash, tokenHash),
        eq(emailToken.purpose, purpose),
        isNull(emailToken.usedAt),
        gt(emailToken.expiresAt, now),
      ),
    )
    .returning({ accountId: emailToken.accountId, emailCanonical: emailToken.emailCanonical });
  return rows[0];
}

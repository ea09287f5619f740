import { lt } from "drizzle-orm";
import { sweepBuckets } from "./attempt/attempt-bucket";
import { defaultLimits } from "./attempt/limit";
import type { Database } from "./database/database";
import { emailToken } from "./database/table/email-token";
import { mail } from "./database/table/mail";
import { knownDevice, refreshToken, session } from "./database/table/session";

const dayMs = 86_400_000;

/**
 * Removes what has no meaning any more: sessions and tokens a while after their end (until then their reuse is
 * noticed), browsers not seen for a year, full buckets, old mail.
 */
export async function sweep(db: Database, now: Date): Promise<void> {
  const before = (days: number) => new Date(now.getTime() - days * dayMs);
  await db.delete(session).where(lt(session.expiresAt, before(90)));
  await db.delete(knownDevice).where(lt(knownDevice.lastUsedAt, before(365)));
  await db.delete(refreshToken).where(lt(refreshToken.expiresAt, before(30)));
  await db.delete(emailToken).where(lt(emailToken.expiresAt, before(1)));
  await db.delete(mail).where(lt(mail.createdAt, before(30)));
  for (const limit of Object.values(defaultLimits)) await sweepBuckets(db, limit, now);
}

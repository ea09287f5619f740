import { newId } from "@dap/platform/id";
import { and, desc, eq, isNotNull, isNull, lte, sql } from "drizzle-orm";
import type { Database } from "../database/database";
import { mail } from "../database/table/mail";
import type { Sealer } from "../secret/seal";
import type { MailContent } from "./template";

/** A mail with its content opened. */
export type StoredMail = MailContent & {
  readonly id: string;
  readonly to: string;
  readonly createdAt: Date;
  /** How often sending it has been tried, this time included. */
  readonly attempt: number;
};

/** Puts a mail into the outbox, in the caller's transaction. The content is sealed: it carries one-use links. */
export async function enqueueMail(db: Database, sealer: Sealer, to: string, content: MailContent, now: Date) {
  const id = newId();
  const contentSealed = await sealer.seal(JSON.stringify(content), id);
  await db.insert(mail).values({ id, toAddress: to, contentSealed, createdAt: now, dueAt: now, attempt: 0 });
}

/** The newest mails whose content is still kept, newest first. */
export async function listMail(db: Database, sealer: Sealer, limit: number): Promise<StoredMail[]> {
  const rows = await db.select().from(mail).where(isNotNull(mail.contentSealed)).orderBy(desc(mail.id)).limit(limit);
  return openAll(sealer, rows);
}

/**
 * Takes up to `limit` mails that are due and puts them off to `retryAt`: if the process dies while sending, they are
 * due again then. A mail may thus arrive twice, but is not lost.
 */
export async function claimDueMail(db: Database, sealer: Sealer, limit: number, now: Date, retryAt: Date) {
  const due = db
    .select({ id: mail.id })
    .from(mail)
    .where(and(isNull(mail.sentAt), isNull(mail.failedAt), lte(mail.dueAt, now)))
    .orderBy(mail.dueAt)
    .limit(limit)
    .for("update", { skipLocked: true });
  const rows = await db
    .update(mail)
    .set({ attempt: sql`${mail.attempt} + 1`, dueAt: retryAt })
    .where(sql`${mail.id} in ${due}`)
    .returning();
  return openAll(sealer, rows);
}

/** The content is forgotten: what was sent needs no copy here. */
export async function markMailSent(db: Database, id: string, now: Date) {
  await db.update(mail).set({ sentAt: now, contentSealed: null, lastError: null }).where(eq(mail.id, id));
}

/** Puts a mail off, or gives it up when there is no `retryAt`. */
export async function markMailFailed(db: Database, id: string, error: string, now: Date, retryAt: Date | undefined) {
  const next = retryAt ? { dueAt: retryAt } : { failedAt: now, contentSealed: null };
  await db
    .update(mail)
    .set({ lastError: error.slice(0, 500), ...next })
    .where(eq(mail.id, id));
}

async function openAll(sealer: Sealer, rows: readonly (typeof mail.$inferSelect)[]): Promise<StoredMail[]> {
  const opened = await Promise.all(
    rows.map(async ({ id, toAddress, contentSealed, createdAt, attempt }) => {
      const text = contentSealed && (await sealer.open(contentSealed, id));
      // Sealed by `enqueueMail` alone, and authenticated: it is what was put in.
      return text ? [{ ...(JSON.parse(text) as MailContent), id, to: toAddress, createdAt, attempt }] : [];
    }),
  );
  return opened.flat();
}

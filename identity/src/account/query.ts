import { eq } from "drizzle-orm";
import type { Database } from "../database/database";
import { type Account, account } from "../database/table/account";
import type { EmailAddress } from "./email-address";

export async function findAccountByEmail(db: Database, emailCanonical: string): Promise<Account | undefined> {
  const rows = await db.select().from(account).where(eq(account.emailCanonical, emailCanonical));
  return rows[0];
}

export async function findAccount(db: Database, id: string): Promise<Account | undefined> {
  const rows = await db.select().from(account).where(eq(account.id, id));
  return rows[0];
}

export type NewAccount = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly passwordHash: string;
};

/** `undefined` when the address has an account already; nothing is changed then. */
export async function insertAccount(
  db: Database,
  { id, email, name, passwordHash }: NewAccount,
  now: Date,
): Promise<Account | undefined> {
  const rows = await db
    .insert(account)
    .values({
      id,
      email: email.raw,
      emailCanonical: email.canonical,
      name,
      passwordHash,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing({ target: account.emailCanonical })
    .returning();
  return rows[0];
}

export type AccountChange = Partial<Pick<Account, "passwordHash" | "emailVerifiedAt" | "personalTeamId">>;

export async function updateAccount(db: Database, id: string, change: AccountChange, now: Date): Promise<void> {
  await db
    .update(account)
    .set({ ...change, updatedAt: now })
    .where(eq(account.id, id));
}

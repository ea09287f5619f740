import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytes, instant } from "../column";

export const emailTokenPurposes = ["verify-email", "reset-password"] as const;
export type EmailTokenPurpose = (typeof emailTokenPurposes)[number];

/** A one-use token mailed to an address, proving that its reader reads that mailbox. */
export const emailToken = pgTable("email_token", {
  tokenHash: bytes("token_hash").primaryKey(),
  accountId: uuid("account_id").notNull(),
  purpose: text("purpose", { enum: emailTokenPurposes }).notNull(),
  emailCanonical: text("email_canonical").notNull(),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

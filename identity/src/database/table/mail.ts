import { integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytes, instant } from "../column";

/** A mail to be sent, or kept for the local mailbox. `contentSealed` is null once it is sent. */
export const mail = pgTable("mail", {
  id: uuid("id").primaryKey(),
  toAddress: text("to_address").notNull(),
  contentSealed: bytes("content_sealed"),
  createdAt: instant("created_at").notNull(),
  dueAt: instant("due_at").notNull(),
  attempt: integer("attempt").notNull(),
  sentAt: instant("sent_at"),
  failedAt: instant("failed_at"),
  lastError: text("last_error"),
});

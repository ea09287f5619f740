import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytes, instant } from "../column";

/** One login on one device; also the family of its refresh tokens. */
export const session = pgTable("session", {
  id: uuid("id").primaryKey(),
  accountId: uuid("account_id").notNull(),
  userAgent: text("user_agent").notNull(),
  createdAt: instant("created_at").notNull(),
  lastUsedAt: instant("last_used_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  revokedAt: instant("revoked_at"),
  revokedReason: text("revoked_reason"),
});
export type Session = typeof session.$inferSelect;

/** A link of the chain of refresh tokens: used at most once, when it names its successor. */
export const refreshToken = pgTable("refresh_token", {
  tokenHash: bytes("token_hash").primaryKey(),
  sessionId: uuid("session_id").notNull(),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  successorSealed: bytes("successor_sealed"),
});

/** A browser in which the account's owner has logged in before. */
export const knownDevice = pgTable("known_device", {
  tokenHash: bytes("token_hash").primaryKey(),
  accountId: uuid("account_id").notNull(),
  createdAt: instant("created_at").notNull(),
  lastUsedAt: instant("last_used_at").notNull(),
});

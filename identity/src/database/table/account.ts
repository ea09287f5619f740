import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "../column";

/** A person who can log in. `email` is as written, `emailCanonical` unique. */
export const account = pgTable("account", {
  id: uuid("id").primaryKey(),
  email: text("email").notNull(),
  emailCanonical: text("email_canonical").notNull(),
  name: text("name").notNull(),
  passwordHash: text("password_hash"),
  emailVerifiedAt: instant("email_verified_at"),
  disabledAt: instant("disabled_at"),
  personalTeamId: uuid("personal_team_id"),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
});
export type Account = typeof account.$inferSelect;

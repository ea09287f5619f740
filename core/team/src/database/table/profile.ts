import { integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "../column";

/** What team knows of an account. `permVer` rises with every change of what it may do. */
export const profile = pgTable("profile", {
  accountId: uuid("account_id").primaryKey(),
  email: text("email").notNull(),
  name: text("name").notNull(),
  permVer: integer("perm_ver").notNull(),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
});

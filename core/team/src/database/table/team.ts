import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "../column";

/** What owns workflows. `personalOf` is the account whose own team this is. */
export const team = pgTable("team", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  slug: text("slug").notNull(),
  personalOf: uuid("personal_of"),
  createdBy: uuid("created_by"),
  creationKey: text("creation_key"),
  provisionedAt: instant("provisioned_at"),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
  deletedAt: instant("deleted_at"),
});
export type Team = typeof team.$inferSelect;

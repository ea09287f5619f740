import { roles } from "@dap/contract";
import { pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "../column";

/** Who is in a team, and as what. */
export const membership = pgTable(
  "membership",
  {
    teamId: uuid("team_id").notNull(),
    accountId: uuid("account_id").notNull(),
    role: text("role", { enum: roles }).notNull(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.accountId] })],
);

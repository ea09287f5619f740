import { integer, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** An immutable version: published ones count from 1, a test run of draft n is pinned to version -n. */
export const workflowVersion = pgTable(
  "workflow_version",
  {
    teamId: uuid("team_id").notNull(),
    workflowId: uuid("workflow_id").notNull(),
    version: integer("version").notNull(),
    name: text("name").notNull(),
    triggerKind: text("trigger_kind").notNull(),
    document: text("document").notNull(),
    note: text("note").notNull().default(""),
    createdByKind: text("created_by_kind", { enum: ["account", "apiKey", "service"] }).notNull(),
    createdById: text("created_by_id").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.workflowId, table.version] })],
);

import { boolean, integer, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** A workflow with its draft. See `migration/0002_workflow.sql` for what the columns mean. */
export const workflow = pgTable(
  "workflow",
  {
    teamId: uuid("team_id").notNull(),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    folder: text("folder").notNull().default(""),
    tags: text("tags").array().notNull().default([]),
    draft: text("draft").notNull(),
    draftVersion: integer("draft_version").notNull().default(1),
    draftProblems: text("draft_problems").notNull().default("[]"),
    activeVersion: integer("active_version"),
    versionLast: integer("version_last").notNull().default(0),
    paused: boolean("paused").notNull().default(false),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
    deletedAt: timestamp("deleted_at", { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.id] })],
);

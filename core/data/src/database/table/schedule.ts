import { bigint, boolean, integer, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** The schedule of a workflow's active version. See `migration/0003_schedule.sql` for what the columns mean. */
export const schedule = pgTable(
  "schedule",
  {
    teamId: uuid("team_id").notNull(),
    workflowId: uuid("workflow_id").notNull(),
    version: integer("version").notNull(),
    name: text("name").notNull(),
    cron: text("cron"),
    everyMs: bigint("every_ms", { mode: "number" }),
    zone: text("zone").notNull(),
    catchUp: text("catch_up").notNull(),
    jitterMs: integer("jitter_ms").notNull(),
    input: text("input").notNull(),
    deadlineMs: bigint("deadline_ms", { mode: "number" }),
    paused: boolean("paused").notNull(),
    nextAt: timestamp("next_at", { withTimezone: true }),
    dueAt: timestamp("due_at", { withTimezone: true }),
    armedAt: timestamp("armed_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.workflowId] })],
);

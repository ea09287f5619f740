import { bigint, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** A public endpoint of a workflow; `changeSeq` is its place in the change feed. */
export const endpoint = pgTable(
  "endpoint",
  {
    teamId: uuid("team_id").notNull(),
    id: text("id").notNull(),
    workflowId: uuid("workflow_id").notNull(),
    changeSeq: bigint("change_seq", { mode: "number" }).notNull(),
    state: text("state", { enum: ["live", "resting", "removed"] })
      .notNull()
      .default("live"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.id] })],
);

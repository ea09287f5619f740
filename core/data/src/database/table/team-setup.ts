import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

/** Teams that have been given their example workflow. */
export const teamSetup = pgTable("team_setup", {
  teamId: uuid("team_id").primaryKey(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});

import { bigint, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Up to where each edge has the change feed in force. */
export const edgeSeen = pgTable("edge_seen", {
  edgeId: text("edge_id").primaryKey(),
  cursor: bigint("cursor", { mode: "number" }).notNull(),
  seenAt: timestamp("seen_at", { withTimezone: true }).notNull().defaultNow(),
});

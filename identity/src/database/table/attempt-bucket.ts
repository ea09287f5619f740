import { doublePrecision, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "../column";

/** How many attempts are left under a key, as of `refilledAt`. */
export const attemptBucket = pgTable("attempt_bucket", {
  key: text("key").primaryKey(),
  tokens: doublePrecision("tokens").notNull(),
  refilledAt: instant("refilled_at").notNull(),
});

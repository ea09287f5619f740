import { sql } from "drizzle-orm";
import type { Database } from "../database/connection";

/** Forgets ticks so old that no clock will come back to them, of all teams. */
export const forgetTicks = (systemDb: Database) =>
  systemDb.execute(sql`delete from schedule_tick where nominal_at < now() - interval '30 days'`);

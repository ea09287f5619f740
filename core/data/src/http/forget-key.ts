import { lt, sql } from "drizzle-orm";
import type { Database } from "../database/connection";
import { requestKey } from "../database/table/request-key";
import { keyKeptMs } from "./once";

/** Forgets keys whose time is over, of all teams. */
export const forgetKeys = (systemDb: Database) =>
  systemDb.delete(requestKey).where(lt(requestKey.createdAt, sql`now() - ${keyKeptMs} * interval '1 millisecond'`));

import { sql } from "drizzle-orm";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";

export type Database = PostgresJsDatabase;
export type Tx = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** A transaction that sees one team's rows and nothing else: row-level security goes by `app.teams`. */
export const inTeam = <T>(db: Database, teamId: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.teams', ${`{${teamId}}`}, true)`);
    return work(tx);
  });

import type { PgDatabase } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";

/** The identity database, or a transaction on it. Queries take it as their first argument. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

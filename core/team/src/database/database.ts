import { isUuid } from "@dap/platform/id";
import { eq, sql } from "drizzle-orm";
import type { PgDatabase } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import { membership } from "./table/membership";

/** The team database. Without a scope it shows no rows: go through `inScope`. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

/** A transaction that speaks for some teams or an account. Queries take it as their first argument. */
export type ScopedTx = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** For whom a transaction speaks: rows of these teams, and what the account may see of itself. */
export type Scope = { readonly teamIds?: readonly string[]; readonly accountId?: string };

/**
 * Runs a transaction under the row-level policies of the scope. The scope is set inside the transaction, so a pooled
 * connection never carries it to the next user.
 */
export function inScope<T>(db: Database, scope: Scope, run: (tx: ScopedTx) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.account', ${checkedId(scope.accountId)}, true)`);
    await scopeToTeams(tx, scope.teamIds ?? []);
    return run(tx);
  });
}

/** From here on the transaction speaks for these teams, and for no others. */
export async function scopeToTeams(tx: ScopedTx, teamIds: readonly string[]): Promise<void> {
  const teams = `{${teamIds.map(checkedId).join(",")}}`;
  await tx.execute(sql`select set_config('app.teams', ${teams}, true)`);
}

/** Runs a transaction for an account and all the teams it is in, as stored now. */
export function inOwnTeams<T>(db: Database, accountId: string, run: (tx: ScopedTx) => Promise<T>): Promise<T> {
  return inScope(db, { accountId }, async (tx) => {
    await scopeToTeams(tx, await listTeamIdsOf(tx, accountId));
    return run(tx);
  });
}

/** The teams an account is in; the transaction speaks for that account. */
export async function listTeamIdsOf(tx: ScopedTx, accountId: string): Promise<string[]> {
  const rows = await tx
    .select({ teamId: membership.teamId })
    .from(membership)
    .where(eq(membership.accountId, accountId));
  return rows.map(({ teamId }) => teamId);
}

function checkedId(id: string | undefined): string {
  if (id !== undefined && !isUuid(id)) throw new TypeError("a scope holds something that is not a UUID");
  return id ?? "";
}

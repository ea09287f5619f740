import type { Sql, TransactionSql } from "postgres";

/** Rows as postgres.js gives them for our statements: scalars by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** A statement of this package with its parameters, all of them texts that the statement casts. */
export type Statement = { readonly text: string; readonly values: readonly (string | null)[] };

/** Runs a prepared statement. Its caller knows the columns; the driver gives rows without a type. */
export async function query(sql: Sql | TransactionSql, statement: Statement): Promise<readonly Row[]> {
  return (await sql.unsafe(statement.text, [...statement.values], { prepare: true })) as unknown as readonly Row[];
}

/**
 * A transaction that speaks for the given teams. The setting and the first statement go out together; whatever the
 * server's default is, the commit is on disk before this returns.
 */
export async function inTeams<T>(
  sql: Sql,
  teamIds: Iterable<string>,
  first: Statement,
  then: (rows: readonly Row[], tx: TransactionSql) => T | Promise<T>,
): Promise<T> {
  const result = await sql.begin(async (tx) => {
    const [, rows] = await Promise.all([query(tx, speakFor(teamIds)), query(tx, first)]);
    return { value: await then(rows, tx) };
  });
  // postgres.js unwraps arrays of promises in its type; a plain object comes back as it is.
  return (result as { value: T }).value;
}

const speakFor = (teamIds: Iterable<string>): Statement => ({
  text: `select ${speakForSql("$1")}`,
  values: [teamsArray(teamIds)],
});

/** The same inside an INSERT, as a row source that every inserted row must pass: policies of inserts are checked per row. */
export const speakForSql = (parameter: string): string =>
  `set_config('app.teams', ${parameter}::text, true), set_config('synchronous_commit', 'on', true)`;

/** The value of `app.teams`: each team once. */
export const teamsArray = (teamIds: Iterable<string>): string => `{${[...new Set(teamIds)].join(",")}}`;

import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { isUuid } from "./id";

export {
  appRoles,
  type BootstrapOptions,
  type BootstrappedDatabases,
  bootstrapDatabases,
  type DatabaseName,
  type RoleName,
} from "./postgres/bootstrap";
export { isConnectionLost, isUniqueViolation, sqlState } from "./postgres/error";

/** The raw client: tagged templates, `begin`, `listen`. Issue queries together (`Promise.all`) to have them pipelined. */
export type Sql = postgres.Sql;
export type Transaction = postgres.TransactionSql;

export type Connection = {
  readonly sql: Sql;
  /**
   * Drizzle over a second pool of the same size, opened at its first use: drizzle changes the JSON and date
   * serialisers of its client, so the two cannot share one. For queries off the hot path.
   */
  readonly db: PostgresJsDatabase;
  /** Waits up to 5 seconds for running queries. */
  readonly close: () => Promise<void>;
};

export type ConnectOptions = {
  /** Connections at most; 10 by default. They open when needed and close after 5 idle minutes. */
  readonly max?: number;
  readonly applicationName: string;
  /** 30,000 by default; 0 for none. */
  readonly statementTimeoutMs?: number;
};

/** Opens a pool. Nothing is connected until the first query. */
export function connect(url: string, options: ConnectOptions): Connection {
  const sql = createClient(url, options);
  let drizzleSql: Sql | undefined;
  let db: PostgresJsDatabase | undefined;
  return {
    sql,
    get db() {
      if (db === undefined) {
        drizzleSql = createClient(url, options);
        db = drizzle(drizzleSql);
      }
      return db;
    },
    close: async () => {
      await Promise.all([sql.end({ timeout: 5 }), drizzleSql?.end({ timeout: 5 })]);
    },
  };
}

const createClient = (url: string, { max = 10, applicationName, statementTimeoutMs = 30_000 }: ConnectOptions): Sql =>
  postgres(url, {
    max,
    idle_timeout: 300,
    connect_timeout: 10,
    // By itself the driver waits up to 20 s between tries, long after Postgres is back.
    backoff: (tries: number) => Math.min(1, 0.02 * 2 ** tries) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
    },
  });

/**
 * Runs a transaction that sees the rows of these teams only. The teams are set inside the transaction, so that a pooled
 * connection never carries them to the next user; with no teams, no rows are visible.
 */
export function withTeams<T>(sql: Sql, teamIds: readonly string[], run: (tx: Transaction) => Promise<T>): Promise<T> {
  if (!teamIds.every(isUuid)) throw new TypeError("a team id is not a UUID");
  const outcome = sql.begin(async (tx) => {
    // Not awaited before the first query: both travel in one packet, and the server keeps their order.
    const isSet = tx`select set_config('app.teams', ${`{${teamIds.join(",")}}`}, true)`.execute();
    const [result] = await Promise.all([run(tx), isSet]);
    return { result };
  });
  return outcome.then(({ result }) => result);
}

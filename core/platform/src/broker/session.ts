import postgres from "postgres";
import { backoffMs, sleep } from "../clock";
import type { Logger } from "../log";

/** First number of all session locks; the second is the session's id. */
export const sessionLockClass = 7_241_004;

/**
 * The life of a consumer in the database: a row, and a connection that holds the lock of the row's id. When the
 * connection is gone, the lock is free, and whoever looks next gives the messages of the session to others.
 */
export type Session = {
  /** `undefined` while the database is away. */
  readonly id: () => number | undefined;
  /** Ends the session at once and starts another: for when it is unclear what the old one holds. */
  readonly renew: () => void;
  readonly close: () => Promise<void>;
};

export type SessionOptions = {
  readonly url: string;
  readonly name: string;
  readonly log: Logger;
  readonly onLost: () => void;
  readonly onReady: () => void;
};

/** Resolves when the first session is there; later ones come by themselves. */
export async function openSession({ url, name, log, onLost, onReady }: SessionOptions): Promise<Session> {
  let current: { readonly id: number; readonly sql: postgres.Sql } | undefined;
  let isClosed = false;

  const lose = (sql: postgres.Sql) => {
    if (current?.sql !== sql) return;
    current = undefined;
    sql.end({ timeout: 0 }).catch(() => {});
    if (isClosed) return;
    log.warn("The broker's session was lost; its messages go to others.");
    onLost();
    void reopen();
  };

  const open = async () => {
    const sql: postgres.Sql = postgres(url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      onnotice: () => {},
      onclose: () => lose(sql),
      connection: { application_name: `${name}-session`, tcp_keepalives_idle: 10, tcp_keepalives_interval: 5 },
    });
    try {
      // Others see the row only after the commit, and by then its lock is held.
      const [row] = await sql<{ id: number }[]>`
        with opened as (insert into broker.session (name) values (${name}) returning id)
        select id, pg_advisory_lock(${sessionLockClass}, id) from opened`;
      if (row === undefined) throw new Error("no session was opened");
      current = { id: row.id, sql };
      onReady();
    } catch (error) {
      await sql.end({ timeout: 0 }).catch(() => {});
      throw error;
    }
  };

  const reopen = async () => {
    for (let tries = 1; !isClosed && current === undefined; tries++) {
      await sleep(backoffMs(tries, 50, 2_000, Math.random()));
      await open().catch((error) => log.warn("The broker's session cannot be opened yet.", { tries, error }));
    }
  };

  await open();
  return {
    id: () => current?.id,
    renew: () => {
      if (current) lose(current.sql);
    },
    close: async () => {
      isClosed = true;
      await current?.sql.end({ timeout: 1 });
      current = undefined;
    },
  };
}

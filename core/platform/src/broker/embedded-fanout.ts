import type { Json } from "@dap/contract";
import type { Logger } from "../log";
import type { Sql } from "../postgres";
import { createBatcher } from "./batcher";
import { createListeners, type Listeners } from "./settle";

/** `n` makes every notice different: Postgres drops equal ones of one transaction. */
type Notice = { readonly e: string; readonly n: string; readonly b?: Json; readonly row?: string };

/** What fits into a notification with room to spare (the limit is 8,000 bytes). */
const noticeBytesMax = 7_500;

export type EmbeddedFanout = {
  readonly publish: (exchange: string, body: Json) => void;
  readonly subscribe: (exchange: string, callback: (body: Json) => void) => () => void;
  /** Takes what arrived on the channel `dap_fanout`. */
  readonly receive: (payload: string) => void;
  readonly drain: () => Promise<void>;
};

/** Reaches every process that listens now; what is too long for a notification goes by way of a table. */
export function createEmbeddedFanout(sql: Sql, name: string, log: Logger): EmbeddedFanout {
  const exchanges = new Map<string, Listeners<Json>>();
  let count = 0;
  // One at a time and in order, also those that had to wait for their row.
  let receiving: Promise<void> = Promise.resolve();

  const batcher = createBatcher<Notice>((notices) =>
    send(sql, notices).catch((error) => {
      log.warn("A fanout could not be sent.", { notices: notices.length, error });
    }),
  );

  const take = async (notice: Notice) => {
    const listeners = exchanges.get(notice.e);
    if (listeners === undefined) return;
    const body = notice.row === undefined ? notice.b : await readRow(sql, notice.row);
    if (body !== undefined) listeners.call(body);
  };

  return {
    publish: (exchange, body) => batcher.add({ e: exchange, n: `${name}:${count++}`, b: body }),
    subscribe: (exchange, callback) => {
      const listeners = exchanges.get(exchange) ?? createListeners<Json>(log);
      exchanges.set(exchange, listeners);
      const remove = listeners.add(callback);
      return () => {
        remove();
        if (listeners.size() === 0) exchanges.delete(exchange);
      };
    },
    receive: (payload) => {
      const notice = JSON.parse(payload) as Notice; // only this module writes to the channel
      receiving = receiving
        .then(() => take(notice))
        .catch((error) => log.warn("A fanout could not be read.", { error }));
    },
    drain: batcher.drain,
  };
}

async function send(sql: Sql, notices: readonly Notice[]): Promise<void> {
  const texts = notices.map((notice) => JSON.stringify(notice));
  const isLong = (text: string) => Buffer.byteLength(text) > noticeBytesMax;
  const long = notices.filter((_, index) => isLong(texts[index] ?? ""));
  const rows =
    long.length === 0
      ? []
      : await sql<{ id: string }[]>`
    insert into broker.fanout (body) select body from unnest(${long.map(({ b }) => JSON.stringify(b))}::text[]) with ordinality as given (body, place)
    order by place returning id`;
  const rowOf = new Map(long.map((notice, index) => [notice.n, rows[index]?.id ?? ""]));
  const payloads = notices.map((notice, index) => {
    const row = rowOf.get(notice.n);
    return row === undefined
      ? (texts[index] ?? "")
      : JSON.stringify({ e: notice.e, n: notice.n, row } satisfies Notice);
  });
  await sql`select pg_notify('dap_fanout', payload) from unnest(${payloads}::text[]) as payload`;
}

async function readRow(sql: Sql, id: string): Promise<Json | undefined> {
  const [row] = await sql<{ body: string }[]>`select body from broker.fanout where id = ${id}`;
  return row === undefined ? undefined : (JSON.parse(row.body) as Json); // written by `send`
}

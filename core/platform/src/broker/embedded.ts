import type { Broker, Delivery, OutgoingMessage, PublishOutcome } from "../broker";
import { backoffMs, sleep } from "../clock";
import type { Logger } from "../log";
import { connect, type Sql } from "../postgres";
import { sqlState } from "../postgres/error";
import { createEmbeddedConsumer, type EmbeddedConsumer } from "./embedded-consumer";
import { createEmbeddedFanout } from "./embedded-fanout";
import { openSession, sessionLockClass } from "./session";

export { ensureEmbeddedBroker } from "./schema";

export type EmbeddedBrokerOptions = {
  readonly log: Logger;
  /** Shown in the database's list of connections. */
  readonly name?: string;
  /** How often it looks for messages that no notice announced and for dead sessions; 1,000 by default. */
  readonly pollMs?: number;
};

const publishTimeoutMs = 10_000;

/**
 * The broker over Postgres, for one machine. `url` is a role of the data database; `ensureEmbeddedBroker` has been run.
 * Takes up to six connections.
 */
export async function createEmbeddedBroker(url: string, options: EmbeddedBrokerOptions): Promise<Broker> {
  const { log, name = "broker", pollMs = 1_000 } = options;
  const connection = connect(url, { max: 2, applicationName: name });
  // Takes and answers may be lost in a crash of the machine: the messages come again, which consumers must bear anyway.
  const quick = connect(`${url}${url.includes("?") ? "&" : "?"}synchronous_commit=off`, {
    max: 2,
    applicationName: name,
  });
  const consumers = new Map<EmbeddedConsumer, string>();
  const wakeAll = (queue?: string) => {
    for (const [consumer, of] of consumers) if (queue === undefined || queue === of) consumer.wake();
  };
  const session = await openSession({
    url,
    name,
    log,
    onLost: () => {
      for (const consumer of consumers.keys()) consumer.lose();
    },
    onReady: () => wakeAll(),
  });
  const fanout = createEmbeddedFanout(connection.sql, `${session.id()}`, log);
  const listening = [
    await connection.sql.listen(
      "dap_broker",
      (queue) => wakeAll(queue),
      () => wakeAll(),
    ),
    await connection.sql.listen("dap_fanout", fanout.receive),
  ];
  const closing = new AbortController();
  const watching = watch();
  let isFull = false;

  async function watch(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        await reap(quick.sql);
        failures = 0;
      } catch (error) {
        failures++;
        log.warn("The broker cannot look after its sessions.", { error });
      }
      wakeAll();
      await sleep(failures === 0 ? pollMs : backoffMs(failures, pollMs, 10_000, Math.random()), closing.signal);
    }
  }

  async function publish(queue: string, messages: readonly OutgoingMessage[]): Promise<PublishOutcome> {
    const ids = messages.map((message) => message.id);
    if (messages.length === 0) return { confirmed: [], failed: [] };
    try {
      const isStored = await within(publishTimeoutMs, store(connection.sql, queue, messages));
      isFull = false;
      if (isStored) wakeAll(queue);
      else log.warn("Messages were published to a queue that does not exist.", { queue });
      return isStored ? { confirmed: ids, failed: [] } : { confirmed: [], failed: ids };
    } catch (error) {
      isFull = sqlState(error) === "53100";
      log.warn("Messages could not be published.", { queue, messages: ids.length, error });
      return { confirmed: [], failed: ids };
    }
  }

  const declareQueue = async (queue: string): Promise<void> => {
    await connection.sql`insert into broker.queue (name) values (${queue}) on conflict do nothing`;
  };

  return {
    declareQueue,
    publish,
    consume: async (queue, { prefetch }, handler: (delivery: Delivery) => void) => {
      await declareQueue(queue);
      const consumer = createEmbeddedConsumer({ sql: quick.sql, session, log }, queue, prefetch, handler);
      consumers.set(consumer, queue);
      consumer.wake();
      return consumer;
    },
    publishFanout: fanout.publish,
    subscribeFanout: async (exchange, callback) => {
      const remove = fanout.subscribe(exchange, callback);
      return async () => remove();
    },
    get blocked() {
      return isFull;
    },
    get connected() {
      return session.id() !== undefined;
    },
    close: async () => {
      closing.abort();
      await Promise.all([...consumers.keys()].map((consumer) => consumer.stop()));
      await Promise.all([...consumers.keys()].map((consumer) => consumer.drain()));
      await fanout.drain();
      await watching;
      await Promise.all(listening.map((listener) => listener.unlisten().catch(() => {})));
      await session.close();
      await reap(quick.sql).catch(() => {});
      await Promise.all([connection.close(), quick.close()]);
    },
  };
}

/** Whether the queue exists, and so all messages are stored. */
async function store(sql: Sql, queue: string, messages: readonly OutgoingMessage[]): Promise<boolean> {
  const [row] = await sql<{ stored: number }[]>`
    with stored as (
      insert into broker.message (queue, id, body, priority)
      select queue.name, given.id, given.body, given.priority
      from broker.queue as queue, unnest(
        ${messages.map((message) => message.id)}::text[],
        ${messages.map((message) => JSON.stringify(message.body))}::text[],
        ${messages.map((message) => message.priority ?? 0)}::smallint[]
      ) as given (id, body, priority)
      where queue.name = ${queue}
      returning 1
    )
    select count(*)::int as stored, pg_notify('dap_broker', ${queue}) from stored`;
  return row?.stored === messages.length;
}

/**
 * Gives the messages of dead sessions back, and forgets old fanouts. A session without a row is dead, too: its last claim
 * may have been written after its row was removed.
 */
async function reap(sql: Sql): Promise<void> {
  await sql`
    with dead as materialized (
      select id from broker.session where pg_try_advisory_xact_lock(${sessionLockClass}, id)
    ), gone as (
      delete from broker.session where id in (select id from dead)
    ), back as (
      update broker.message set session = null
      where session is not null and session not in (select id from broker.session except select id from dead)
      returning queue
    ), old as (
      delete from broker.fanout where at < clock_timestamp() - interval '1 minute'
    )
    select pg_notify('dap_broker', queue) from (select distinct queue from back) as queues`;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

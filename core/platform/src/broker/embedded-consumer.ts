import type { Json } from "@dap/contract";
import type { Consumer, Delivery } from "../broker";
import type { Logger } from "../log";
import type { Sql } from "../postgres";
import { createBatcher } from "./batcher";
import type { Session } from "./session";
import { type Answer, createDelivery, createListeners, deliver } from "./settle";

export type EmbeddedConsumer = Consumer & {
  /** Looks for messages, unless it is looking or its hands are full. */
  readonly wake: () => void;
  /** The session is gone: whatever is in hand belongs to others. */
  readonly lose: () => void;
  /** Waits until given answers are written. */
  readonly drain: () => Promise<void>;
};

export type EmbeddedConsumerDeps = {
  readonly sql: Sql;
  readonly session: Session;
  readonly log: Logger;
};

type Claimed = { readonly seq: string; readonly id: string; readonly body: string; readonly redelivered: boolean };
type Given = { readonly seq: string; readonly session: number; readonly answer: Answer };

export function createEmbeddedConsumer(
  deps: EmbeddedConsumerDeps,
  queue: string,
  prefetch: number,
  handler: (delivery: Delivery) => void,
): EmbeddedConsumer {
  const { sql, session, log } = deps;
  const lost = createListeners<void>(log);
  // Counted for each session: answers of a lost one must not free places of the next.
  let inHand = 0;
  let generation = 0;
  let isStopped = false;
  let claiming: Promise<void> | undefined;

  const answers = createBatcher<Given>((given) =>
    writeAnswers(sql, given).catch((error) => {
      // Unknown whether it was written: the session is given up, and what was not goes round again.
      log.warn("Answers to messages could not be written.", { answers: given.length, error });
      session.renew();
    }),
  );

  const claimAll = async () => {
    for (let isMore = true; isMore && !isStopped; ) {
      const holder = session.id();
      const free = prefetch - inHand;
      if (holder === undefined || free <= 0) return;
      const claimed = await claim(sql, queue, holder, free);
      isMore = claimed.length === free;
      if (session.id() === holder) hand(claimed, holder);
    }
  };

  const hand = (claimed: readonly Claimed[], holder: number) => {
    const mine = generation;
    inHand += claimed.length;
    for (const message of claimed) {
      const settle = (answer: Answer) => {
        if (mine !== generation) return;
        inHand--;
        answers.add({ seq: message.seq, session: holder, answer });
        wake();
      };
      const body = JSON.parse(message.body) as Json; // written by publish
      const delivery = createDelivery({ id: message.id, body, redelivered: message.redelivered }, settle);
      if (isStopped) delivery.nack(true);
      else deliver(delivery, handler, log);
    }
  };

  const wake = () => {
    if (isStopped || claiming !== undefined || inHand >= prefetch) return;
    claiming = Promise.resolve()
      .then(claimAll)
      .catch((error) => {
        log.warn("Messages could not be taken from the queue.", { queue, error });
        session.renew();
      })
      .finally(() => {
        claiming = undefined;
      });
  };

  return {
    wake,
    lose: () => {
      generation++;
      inHand = 0;
      lost.call();
    },
    stop: async () => {
      isStopped = true;
      await claiming;
    },
    onLost: lost.add,
    drain: answers.drain,
  };
}

const claim = (sql: Sql, queue: string, session: number, limit: number): Promise<readonly Claimed[]> => sql<Claimed[]>`
  with picked as materialized (
    select seq from broker.message where queue = ${queue} and session is null
    order by priority desc, seq limit ${limit} for update skip locked
  ), taken as (
    update broker.message as message set session = ${session}, deliveries = deliveries + 1
    from picked where message.seq = picked.seq
    returning message.seq, message.id, message.body, message.priority, message.deliveries > 1 as redelivered
  )
  select seq, id, body, redelivered from taken order by priority desc, seq`;

/** Answers of a session that lost its messages touch nothing, because they name the session. */
async function writeAnswers(sql: Sql, given: readonly Given[]): Promise<void> {
  const of = (answer: Answer) => given.filter((item) => item.answer === answer);
  const columns = (items: readonly Given[]) =>
    [items.map((item) => item.seq), items.map((item) => item.session)] as const;
  const [acked, requeued, rejected] = [of("ack"), of("requeue"), of("reject")].map(columns);
  const writes: Promise<unknown>[] = [];
  if (acked?.[0].length) {
    writes.push(
      sql`
      delete from broker.message as message using unnest(${acked[0]}::bigint[], ${acked[1]}::int[]) as given (seq, session)
      where message.seq = given.seq and message.session = given.session`.execute(),
    );
  }
  if (requeued?.[0].length) {
    writes.push(
      sql`
      with back as (
        update broker.message as message set session = null
        from unnest(${requeued[0]}::bigint[], ${requeued[1]}::int[]) as given (seq, session)
        where message.seq = given.seq and message.session = given.session returning message.queue
      )
      select pg_notify('dap_broker', queue) from (select distinct queue from back) as queues`.execute(),
    );
  }
  if (rejected?.[0].length) {
    writes.push(
      sql`
      with gone as (
        delete from broker.message as message using unnest(${rejected[0]}::bigint[], ${rejected[1]}::int[]) as given (seq, session)
        where message.seq = given.seq and message.session = given.session returning message.*
      )
      insert into broker.dead_letter (seq, queue, id, body, deliveries) select seq, queue, id, body, deliveries from gone`.execute(),
    );
  }
  await Promise.all(writes);
}

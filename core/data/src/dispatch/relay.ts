import type { Broker } from "@dap/platform/broker";
import { sleep } from "@dap/platform/clock";
import type { Logger } from "@dap/platform/log";
import { dispatchQueue, type RunMaintenance } from "@dap/run";

export type RelayDeps = {
  readonly maintenance: Pick<RunMaintenance, "takeDispatches" | "markDispatched">;
  readonly broker: Pick<Broker, "declareQueue" | "publish" | "blocked" | "connected">;
  readonly log: Logger;
  /** Looks without being woken this often, for wake-ups that were lost; 250 by default. */
  readonly pollMs?: number;
};

export type Relay = {
  /** Something may be due. Cheap: calls while the relay works are one. */
  readonly wake: () => void;
  /** Takes no more, and waits until what was taken is published and marked. */
  readonly stop: () => Promise<void>;
};

const batchMax = 256;
/** Where something was due a moment ago, more will be: it is looked for this often for so long, wake-up or not. */
const busy = { pollMs: 20, forMs: 2_000 } as const;
/** Batches on their way to the broker at a time: its confirms come while the next ones are taken. */
const batchesMax = 4;

/**
 * Carries due dispatches from the runs' rows to the broker. Several may work side by side: each dispatch is taken by one.
 * What was taken and then lost with its relay is found by the sweeper; what was published twice does no harm.
 */
export function startRelay({ maintenance, broker, log, pollMs = 250 }: RelayDeps): Relay {
  const stopping = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let woken = Promise.withResolvers<void>();
  let isDeclared = false;
  let busyUntilMs = 0;

  const send = async (taken: Awaited<ReturnType<RunMaintenance["takeDispatches"]>>): Promise<void> => {
    const messages = taken.map((dispatch) => ({ id: dispatch.dispatchId, body: { ...dispatch } }));
    const { confirmed, failed } = await broker.publish(dispatchQueue, messages);
    if (failed.length > 0) {
      log.warn("The broker did not take dispatches.", { count: failed.length });
      // It may have lost the queue.
      isDeclared = false;
    }
    const done = new Set(confirmed);
    await maintenance.markDispatched(taken.filter(({ dispatchId }) => done.has(dispatchId)));
  };

  /** Whether there may be more at once. */
  const takeBatch = async (): Promise<boolean> => {
    if (broker.blocked || !broker.connected) return false;
    if (!isDeclared) await broker.declareQueue(dispatchQueue);
    isDeclared = true;
    const taken = await maintenance.takeDispatches(batchMax);
    if (taken.length === 0) return false;
    busyUntilMs = performance.now() + busy.forMs;
    const sending = send(taken)
      .catch((error) => log.error("Dispatches could not be sent.", { count: taken.length, error }))
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    if (inFlight.size >= batchesMax) await Promise.race(inFlight);
    return taken.length === batchMax;
  };

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      woken = Promise.withResolvers<void>();
      const hasMore = await takeBatch().catch((error) => {
        log.error("Due dispatches could not be taken.", { error });
        return false;
      });
      const waitMs = performance.now() < busyUntilMs ? Math.min(busy.pollMs, pollMs) : pollMs;
      if (!hasMore) await Promise.race([woken.promise, sleep(waitMs, stopping.signal)]);
    }
    await Promise.all(inFlight);
  };
  const working = work();

  return {
    wake: () => woken.resolve(),
    stop: () => {
      stopping.abort();
      return working;
    },
  };
}

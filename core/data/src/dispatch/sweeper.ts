import { sleep } from "@dap/platform/clock";
import type { Logger } from "@dap/platform/log";
import type { RunMaintenance } from "@dap/run";

export type SweeperDeps = {
  readonly maintenance: Pick<RunMaintenance, "fireTimers" | "sweep" | "ensurePartitions">;
  /** Called when runs became due. */
  readonly wakeRelay: () => void;
  readonly log: Logger;
  /** Between two sweeps; 250 by default, spread by a fifth so that replicas do not march in step. */
  readonly everyMs?: number;
  /** A confirmed dispatch that nobody claimed for so long is sent again; 30,000 by default. */
  readonly unclaimedMs?: number;
  /** Housekeeping once an hour: old keys, edges that are gone. */
  readonly cleanUp?: () => Promise<void>;
};

export type Sweeper = { readonly stop: () => Promise<void> };

const timersMax = 500;
const hourMs = 3_600_000;

/**
 * Does what the clock asks for: fires due timers, dispatches again the runs whose owner was lost or whose dispatch nobody
 * claimed, and signals passed deadlines. It goes by the rows alone and may run in every replica.
 */
export function startSweeper(deps: SweeperDeps): Sweeper {
  const { log, everyMs = 250 } = deps;
  const stopping = new AbortController();
  let cleanDueMs = 0;

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sweepOnce(deps).catch((error) => log.error("A sweep failed.", { error }));
      if (performance.now() >= cleanDueMs) {
        cleanDueMs = performance.now() + hourMs;
        await cleanUp(deps).catch((error) => log.error("Housekeeping failed.", { error }));
      }
      await sleep(everyMs * (0.9 + Math.random() / 5), stopping.signal);
    }
  };
  const working = work();
  return {
    stop: () => {
      stopping.abort();
      return working;
    },
  };
}

async function sweepOnce({ maintenance, wakeRelay, unclaimedMs = 30_000, log }: SweeperDeps): Promise<void> {
  let fired: number;
  do {
    fired = await maintenance.fireTimers(timersMax);
    if (fired > 0) wakeRelay();
  } while (fired === timersMax);
  const { redispatched, deadlines } = await maintenance.sweep({ unclaimedMs });
  if (redispatched > 0) log.info("Runs without an owner are dispatched again.", { count: redispatched });
  if (redispatched + deadlines > 0) wakeRelay();
}

async function cleanUp({ maintenance, cleanUp: more }: SweeperDeps): Promise<void> {
  await maintenance.ensurePartitions();
  await more?.();
}

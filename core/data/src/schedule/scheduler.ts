import { sleep } from "@dap/platform/clock";
import { type FireDeps, fireSchedules, untilDue } from "./fire";

export type SchedulerDeps = FireDeps & {
  /** Called when runs were accepted. */
  readonly wakeRelay: () => void;
  /** Looks without being woken this often, for wake-ups that were lost and clocks that jumped; 10,000 by default. */
  readonly pollMs?: number;
};

export type Scheduler = {
  /** A schedule was changed: its next tick may come before the one that is slept for. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
};

/** Between two looks at what somebody else is just firing. */
const othersMs = 50;

/** Sleeps until the next tick is due and fires it. It goes by the rows alone and may run in every replica. */
export function startScheduler(deps: SchedulerDeps): Scheduler {
  const { log, wakeRelay, pollMs = 10_000 } = deps;
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();

  /** How long there is nothing to do. */
  const fire = async (): Promise<number> => {
    const { found, taken, runs } = await fireSchedules(deps);
    if (runs > 0) wakeRelay();
    if (found > taken) return othersMs;
    return Math.min(Math.max((await untilDue(deps)) ?? pollMs, 0), pollMs);
  };

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      woken = Promise.withResolvers<void>();
      const waitMs = await fire().catch((error) => {
        log.error("Due schedules could not be fired.", { error });
        return 1_000;
      });
      if (waitMs > 0) await Promise.race([woken.promise, sleep(waitMs, stopping.signal)]);
    }
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

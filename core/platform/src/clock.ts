/** Where time comes from. Passed in, so that tests decide what the time is. */
export type Clock = {
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
};

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Resolves after `ms` milliseconds (at most 60,000: longer waits belong into the database), or at once when aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(Math.max(ms, 0), 60_000));
    signal?.addEventListener("abort", finish, { once: true });
  });
}

/** Delay before try number `tries` (from 1): doubles from `minMs` up to `maxMs`, spread over its upper half. */
export const backoffMs = (tries: number, minMs: number, maxMs: number, chance: number): number =>
  Math.round(Math.min(maxMs, minMs * 2 ** Math.min(tries - 1, 30)) * (0.5 + chance / 2));

/** What pure work may use, in the expression language's steps and bytes: of one evaluation, and of a whole run. */
export const budget = {
  stepsOnce: 200_000,
  bytesOnce: 4 * 1024 * 1024,
  stepsOfRun: 50_000_000,
  bytesOfRun: 512 * 1024 * 1024,
} as const;

/** How long `finally` may take once a run is cancelled or past its deadline. */
export const cleanupMsMax = 60_000;

/** One attempt of a plain step that names no `timeoutMs`. */
export const attemptMsDefault = 30_000;

/** No step waits longer than a year. */
export const waitMsMax = 366 * 86_400_000;

/** The key of the run's own timer. No step has it: ids start with a letter. */
export const runKey = "$run";

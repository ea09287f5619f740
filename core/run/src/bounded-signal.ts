/** A signal that ends with its parent or after a time, whichever is first; cheaper by far than `AbortSignal.any`. */
export type BoundedSignal = {
  readonly signal: AbortSignal;
  /** Resolves when the signal ends. */
  readonly ended: Promise<undefined>;
  /** Whether the time ended it, and not the parent. */
  readonly isTimeout: () => boolean;
  /** Must be called when the work is over. */
  readonly release: () => void;
};

/** More overflows the timers of JavaScript, which then ring at once. Some 24.8 days. */
const timerMsMax = 2 ** 31 - 1;

/** Bounds `parent` by `timeoutMs`; without it by nothing, which costs no timer and no signal of its own. */
export function boundSignal(parent: AbortSignal, timeoutMs?: number): BoundedSignal {
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  const controller = timeoutMs === undefined ? undefined : new AbortController();
  let isTimeout = false;
  const end = (): void => {
    controller?.abort();
    resolve(undefined);
  };
  const expire = (): void => {
    isTimeout = true;
    end();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, Math.min(timeoutMs, timerMsMax));
  if (parent.aborted) end();
  else parent.addEventListener("abort", end, { once: true });
  return {
    signal: controller?.signal ?? parent,
    ended,
    isTimeout: () => isTimeout,
    release: () => {
      clearTimeout(timer);
      parent.removeEventListener("abort", end);
    },
  };
}

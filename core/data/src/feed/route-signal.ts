import { sleep } from "@dap/platform/clock";

/** Wakes everybody who waits for a change of routes. */
export type RouteSignal = {
  readonly raise: () => void;
  /** Resolves at the next `raise`, after `waitMs`, or when aborted. */
  readonly wait: (waitMs: number, signal?: AbortSignal) => Promise<void>;
};

export function createRouteSignal(): RouteSignal {
  let raised = Promise.withResolvers<void>();
  return {
    raise: () => {
      raised.resolve();
      raised = Promise.withResolvers<void>();
    },
    wait: (waitMs, signal) => Promise.race([raised.promise, sleep(waitMs, signal)]),
  };
}

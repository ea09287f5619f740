/**
 * Gathers items while a batch is on its way, so that under load each round trip carries many, and alone an item leaves
 * at once.
 */
export type Batcher<T> = {
  readonly add: (item: T) => void;
  /** Resolves when all that was added before has been sent (or has failed). */
  readonly drain: () => Promise<void>;
};

/** `send` must not throw: what to do with a failed batch is its own business. */
export function createBatcher<T>(send: (items: readonly T[]) => Promise<void>, itemsMax = 1_000): Batcher<T> {
  const waiting: T[] = [];
  let running: Promise<void> | undefined;
  const run = async () => {
    await Promise.resolve(); // what is added in this turn of the event loop goes along
    while (waiting.length > 0) await send(waiting.splice(0, itemsMax));
    running = undefined;
  };
  return {
    add: (item) => {
      waiting.push(item);
      running ??= run();
    },
    drain: async () => {
      while (running !== undefined) await running;
    },
  };
}

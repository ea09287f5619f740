import { failureKind } from "./failure";

export type BatcherOptions = {
  /** Entries of one batch at most. */
  readonly maxEntries: number;
  /** How long an entry waits for company while another batch is under way. Nothing waits when all is idle. */
  readonly maxDelayMs: number;
  /** Batches under way at a time: 1 or 2. */
  readonly inFlight: number;
};

export type Batcher<Entry, Result> = {
  /** Gives this entry's own result, or its own error. */
  readonly add: (entry: Entry) => Promise<Result>;
  /** Resolves when everything added so far is answered. */
  readonly idle: () => Promise<void>;
};

type Waiter<Entry, Result> = {
  readonly entry: Entry;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Group commit: entries that come while batches are under way form the next batch. `run` gives the results in the order of
 * its entries. When it fails because of the data in it, the batch is halved until the culprit stands alone; any other
 * error goes to everybody in the batch.
 */
export function createBatcher<Entry, Result>(
  run: (entries: readonly Entry[]) => Promise<readonly Result[]>,
  { maxEntries, maxDelayMs, inFlight }: BatcherOptions,
): Batcher<Entry, Result> {
  let waiting: Waiter<Entry, Result>[] = [];
  let underWay = 0;
  let isScheduled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const idlers: (() => void)[] = [];

  const pump = () => {
    isScheduled = false;
    while (waiting.length > 0 && underWay < inFlight && isWorthIt()) start();
    if (waiting.length > 0 && underWay < inFlight && timer === undefined) timer = setTimeout(flush, maxDelayMs);
  };
  const isWorthIt = () => underWay === 0 || waiting.length * 2 >= maxEntries;
  const flush = () => {
    timer = undefined;
    if (waiting.length > 0 && underWay < inFlight) start();
  };
  const start = () => {
    const batch = waiting.length <= maxEntries ? waiting : waiting.slice(0, maxEntries);
    waiting = waiting.length <= maxEntries ? [] : waiting.slice(maxEntries);
    underWay += 1;
    void answer(batch, run).then(() => {
      underWay -= 1;
      pump();
      if (underWay === 0 && waiting.length === 0) {
        for (const idler of idlers.splice(0)) idler();
      }
    });
  };
  return {
    add: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        if (isScheduled || underWay >= inFlight) return;
        // After the microtasks of this turn: entries of one turn travel together.
        isScheduled = true;
        setImmediate(pump);
      }),
    idle: async () => {
      if (underWay > 0 || waiting.length > 0) await new Promise<void>((resolve) => idlers.push(resolve));
    },
  };
}

async function answer<Entry, Result>(
  batch: readonly Waiter<Entry, Result>[],
  run: (entries: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<void> {
  try {
    const results = await run(batch.map(({ entry }) => entry));
    if (results.length !== batch.length) throw new Error("A batch gave another number of results than it had entries");
    batch.forEach(({ resolve }, index) => {
      resolve(results[index] as Result); // there are as many as entries
    });
  } catch (error) {
    if (batch.length > 1 && failureKind(error) === "data") {
      const middle = Math.ceil(batch.length / 2);
      await answer(batch.slice(0, middle), run);
      await answer(batch.slice(middle), run);
      return;
    }
    for (const { reject } of batch) reject(error);
  }
}

import { isJsonObject, type RouteFeedPage } from "@dap/contract";
import type { Logger } from "@dap/platform/log";
import type { Snapshot } from "./snapshot";

export type FeedDeps = {
  readonly snapshot: Snapshot;
  /** Asks data for all that changed after `since`, waiting up to `waitSeconds` for something to change. */
  readonly fetchPage: (since: number, waitSeconds: number, signal: AbortSignal) => Promise<RouteFeedPage>;
  /** Keeps the snapshot for a restart without core. */
  readonly save: (page: RouteFeedPage) => Promise<void>;
  readonly log: Logger;
};

export type Feed = {
  /** Resolves once the first page was applied. */
  readonly ready: Promise<void>;
  /** Asks once more, at once: for an endpoint that is not known yet. Calls at the same time share one question. */
  readonly catchUp: () => Promise<void>;
  readonly stop: () => void;
};

const waitSeconds = 20;
const retryMs = { min: 100, max: 5_000 } as const;

/** Follows the change feed by long-polling until stopped. The cursor in each question acknowledges what is in force here. */
export function followFeed({ snapshot, fetchPage, save, log }: FeedDeps): Feed {
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  let catchingUp: Promise<void> | undefined;

  const take = async (seconds: number): Promise<void> => {
    const before = snapshot.cursor;
    let page = await fetchPage(before, seconds, stopping.signal);
    if (page.cursor < before) {
      log.warn("the route feed is older than the snapshot, which is dropped", { before, cursor: page.cursor });
      snapshot.clear();
      page = await fetchPage(0, 0, stopping.signal);
    }
    // A page holds a part of what changed: the rest is asked for at once.
    while (page.cursor > snapshot.cursor) {
      snapshot.apply(page);
      page = await fetchPage(snapshot.cursor, 0, stopping.signal);
    }
    if (snapshot.cursor !== before)
      await save(snapshot.dump()).catch((cause) => log.warn("snapshot not saved", { cause }));
    first.resolve();
  };

  const follow = async (): Promise<void> => {
    let delayMs: number = retryMs.min;
    let isFirst = true;
    while (!stopping.signal.aborted) {
      try {
        await take(isFirst ? 0 : waitSeconds);
        isFirst = false;
        delayMs = retryMs.min;
      } catch (cause) {
        if (stopping.signal.aborted) return;
        log.warn("route feed cannot be read", { cause, retryInMs: delayMs });
        await Bun.sleep(delayMs);
        delayMs = Math.min(delayMs * 2, retryMs.max);
      }
    }
  };
  void follow();

  return {
    ready: first.promise,
    catchUp: () => {
      catchingUp ??= take(0)
        .catch((cause) => log.warn("route feed cannot be read", { cause }))
        .finally(() => {
          catchingUp = undefined;
        });
      return catchingUp;
    },
    stop: () => stopping.abort(),
  };
}

/** Reads a saved or received page; `undefined` when it is none. Documents inside were checked when they were published. */
export function parseFeedPage(value: unknown): RouteFeedPage | undefined {
  if (!isJsonObject(value) || typeof value.cursor !== "number") return undefined;
  const { endpoints, versions, removedEndpoints } = value;
  if (!Array.isArray(endpoints) || !Array.isArray(versions) || !Array.isArray(removedEndpoints)) return undefined;
  // The sender is our own data service, or our own file: its shape is the contract's.
  return value as unknown as RouteFeedPage;
}

import type { RouteFeedPage } from "@dap/contract";
import type { DataDeps } from "../deps";
import { noteEdge } from "./edge-seen";
import { readFeed } from "./query";

export type FeedRequest = {
  readonly since: number;
  readonly waitMs: number;
  readonly edgeId: string | undefined;
  readonly signal: AbortSignal;
};

/** A notification can be lost with its connection, so a waiting reader looks by itself as well. */
const lookMs = 1_000;

/** The page after `since`, waited for if there is none yet. Asking acknowledges: the edge has all up to `since` in force. */
export async function pollFeed(
  { systemDb, routeChanged }: Pick<DataDeps, "systemDb" | "routeChanged">,
  { since, waitMs, edgeId, signal }: FeedRequest,
): Promise<RouteFeedPage> {
  if (edgeId !== undefined) await noteEdge(systemDb, edgeId, since);
  const untilMs = performance.now() + waitMs;
  for (;;) {
    // Begins to listen before it looks: a change in between is not missed.
    const leftMs = untilMs - performance.now();
    const waiting = routeChanged(Math.min(Math.max(leftMs, 0), lookMs), signal);
    const page = await readFeed(systemDb, since);
    if (page.cursor > since || leftMs <= 0 || signal.aborted) return page;
    await waiting;
  }
}

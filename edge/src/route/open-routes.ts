import { mkdir, rename } from "node:fs/promises";
import type { RouteFeedPage } from "@dap/contract";
import type { Logger } from "@dap/platform/log";
import type { serviceFetch } from "@dap/platform/service-token";
import { type Feed, followFeed, parseFeedPage } from "./feed";
import { createSnapshot, type Snapshot } from "./snapshot";

export type Routes = { readonly snapshot: Snapshot; readonly feed: Feed };

/** Resolves once the first routes are known: from the snapshot in `stateDir`, or else from data. Then follows their changes. */
export async function openRoutes(
  stateDir: string,
  data: ReturnType<typeof serviceFetch>,
  log: Logger,
): Promise<Routes> {
  const file = `${stateDir}/snapshot.json`;
  const saved = await readSnapshot(file);
  const snapshot = createSnapshot(saved);
  const edgeId = crypto.randomUUID();
  const feed = followFeed({
    snapshot,
    log,
    save: (page) => saveSnapshot(stateDir, file, page),
    fetchPage: async (since, waitSeconds, signal) => {
      const path = `/internal/routes?since=${since}&wait=${waitSeconds}&edge=${edgeId}`;
      const page = parseFeedPage(await data(path, { signal, timeoutMs: (waitSeconds + 10) * 1_000 }));
      if (!page) throw new Error("the route feed gave no page");
      return page;
    },
  });
  if (!saved) await feed.ready;
  return { snapshot, feed };
}

async function readSnapshot(file: string): Promise<RouteFeedPage | undefined> {
  try {
    return parseFeedPage(await Bun.file(file).json());
  } catch {
    return undefined; // None yet, or cut off by a crash: the feed gives all of it again.
  }
}

async function saveSnapshot(dir: string, file: string, page: RouteFeedPage): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await Bun.write(`${file}.new`, JSON.stringify(page), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

import { describe, expect, test } from "bun:test";
import type { RouteFeedPage } from "@dap/contract";
import { silentLogger } from "@dap/platform/log";
import { followFeed } from "./feed";
import { createSnapshot } from "./snapshot";

const page = (cursor: number, ids: readonly string[]): RouteFeedPage => ({
  cursor,
  endpoints: ids.map((id) => ({ id, teamId: "t", workflowId: "w", version: 1, paused: false })),
  versions: [],
  removedEndpoints: [],
});

describe("the route feed", () => {
  test("applies pages, saves them, and acknowledges each by asking from its cursor", async () => {
    const snapshot = createSnapshot();
    const asked: number[] = [];
    const saved: number[] = [];
    const enough = Promise.withResolvers<void>();
    const pages = [page(3, ["a"]), page(5, ["b"]), page(5, [])];
    const feed = followFeed({
      snapshot,
      log: silentLogger,
      save: async ({ cursor }) => {
        saved.push(cursor);
      },
      fetchPage: (since, _seconds, signal) => {
        asked.push(since);
        const next = pages.shift();
        if (next) return Promise.resolve(next);
        enough.resolve();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    await feed.ready;
    await enough.promise;
    feed.stop();
    expect(asked).toEqual([0, 3, 5, 5]);
    expect(saved).toEqual([5]);
    expect(snapshot.dump().endpoints.map(({ id }) => id)).toContain("b");
  });

  test("drops a snapshot that is newer than a restored database", async () => {
    const snapshot = createSnapshot(page(9, ["gone"]));
    const feed = followFeed({
      snapshot,
      log: silentLogger,
      save: async () => undefined,
      fetchPage: async (since, seconds, signal) => {
        if (seconds > 0)
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        return since === 0 ? page(2, ["kept"]) : page(2, []);
      },
    });
    await feed.ready;
    feed.stop();
    expect(snapshot.dump().endpoints.map(({ id }) => id)).toEqual(["kept"]);
    expect(snapshot.cursor).toBe(2);
  });

  test("goes on after data was away", async () => {
    let calls = 0;
    const feed = followFeed({
      snapshot: createSnapshot(),
      log: silentLogger,
      save: async () => undefined,
      fetchPage: () => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error("away")) : Promise.resolve(page(1, []));
      },
    });
    await feed.ready;
    feed.stop();
    expect(calls).toBeGreaterThanOrEqual(2);
  });

  test("asks once for many callers who wait for the same news", async () => {
    let catchUps = 0;
    const feed = followFeed({
      snapshot: createSnapshot(),
      log: silentLogger,
      save: async () => undefined,
      fetchPage: async (_since, seconds, signal) => {
        if (seconds > 0)
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        catchUps += 1;
        await Bun.sleep(5);
        return page(1, []);
      },
    });
    await feed.ready;
    await Promise.all(Array.from({ length: 50 }, () => feed.catchUp()));
    feed.stop();
    expect(catchUps).toBe(3); // the first page and its end, and one for the fifty
  });
});

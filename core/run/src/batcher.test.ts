import { describe, expect, test } from "bun:test";
import { createBatcher } from "./batcher";
import { RunDataError } from "./column";

const options = { maxEntries: 4, maxDelayMs: 1, inFlight: 1 };

describe("a batcher", () => {
  test("puts what comes while a batch is under way into the next one, and answers each its own", async () => {
    const batches: number[][] = [];
    const batcher = createBatcher(async (entries: readonly number[]) => {
      batches.push([...entries]);
      await Bun.sleep(5);
      return entries.map((entry) => entry * 10);
    }, options);
    const first = batcher.add(1);
    await Bun.sleep(2);
    const rest = [2, 3, 4, 5, 6].map((entry) => batcher.add(entry));
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40, 50, 60]);
    expect(batches).toEqual([[1], [2, 3, 4, 5], [6]]);
  });

  test("never has more batches under way than it may", async () => {
    let now = 0;
    let most = 0;
    const batcher = createBatcher(
      async (entries: readonly number[]) => {
        most = Math.max(most, ++now);
        await Bun.sleep(1);
        now -= 1;
        return entries;
      },
      { ...options, inFlight: 2 },
    );
    const all = Array.from({ length: 100 }, async (_, entry) => {
      await Bun.sleep(entry % 7);
      return batcher.add(entry);
    });
    expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, (_, entry) => entry));
    expect(most).toBe(2);
  });

  test("halves a batch until what cannot be stored stands alone", async () => {
    const batcher = createBatcher(async (entries: readonly string[]) => {
      if (entries.includes("bad")) throw new RunDataError("bad");
      return entries;
    }, options);
    const all = await Promise.allSettled(["a", "bad", "c", "d"].map((entry) => batcher.add(entry)));
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  test("gives any other error to all of the batch, and goes on", async () => {
    let isBroken = true;
    const batcher = createBatcher(async (entries: readonly number[]) => {
      if (isBroken) throw new Error("away");
      return entries;
    }, options);
    const all = await Promise.allSettled([1, 2].map((entry) => batcher.add(entry)));
    expect(all.every(({ status }) => status === "rejected")).toBe(true);
    isBroken = false;
    expect(await batcher.add(3)).toBe(3);
    await batcher.idle();
  });
});

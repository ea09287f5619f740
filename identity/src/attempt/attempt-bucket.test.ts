import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestIdentity, type TestIdentity } from "../test-identity";
import { bucketKey, returnAttempt, sweepBuckets, takeAttempt } from "./attempt-bucket";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await createTestIdentity();
}, 60_000);
afterAll(() => identity.close());

const limit = { capacity: 5, perHour: 10 };
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes));
const takeMany = async (key: string, count: number, when: Date) => {
  const taken = await Promise.all(Array.from({ length: count }, () => takeAttempt(identity.deps.db, key, limit, when)));
  return taken.filter(({ kind }) => kind === "taken").length;
};

describe("a bucket of attempts", () => {
  test("gives no more than it holds, however many take at once", async () => {
    expect(await takeMany("parallel", 40, at(0))).toBe(5);
  });

  test("fills again evenly, up to its size", async () => {
    await takeMany("refill", 5, at(0));
    expect(await takeMany("refill", 3, at(5))).toBe(0);
    expect(await takeMany("refill", 3, at(6))).toBe(1);
    expect(await takeMany("refill", 20, at(600))).toBe(5);
  });

  test("says when to come again", async () => {
    await takeMany("wait", 5, at(0));
    expect(await takeAttempt(identity.deps.db, "wait", limit, at(0))).toEqual({
      kind: "empty",
      retryAfterSeconds: 360,
    });
  });

  test("takes back what was the owner's, but never holds more than its size", async () => {
    await takeMany("back", 5, at(0));
    await returnAttempt(identity.deps.db, "back", limit, at(0));
    expect(await takeMany("back", 3, at(0))).toBe(1);
    for (let round = 0; round < 9; round += 1) await returnAttempt(identity.deps.db, "back", limit, at(0));
    expect(await takeMany("back", 20, at(0))).toBe(5);
  });

  test("does not fill when the clock is set back", async () => {
    await takeMany("clock", 4, at(60));
    expect(await takeMany("clock", 3, at(0))).toBe(1);
    expect(await takeMany("clock", 3, at(60))).toBe(0);
  });

  test("is removed when it is full again", async () => {
    await takeMany("sweep", 5, at(0));
    await sweepBuckets(identity.deps.db, limit, at(29));
    expect(await takeMany("sweep", 5, at(0))).toBe(0);
    await sweepBuckets(identity.deps.db, limit, at(31));
    expect(await identity.admin.sql`select 1 from attempt_bucket where key = 'sweep'`).toHaveLength(0);
  });

  test("does not tell whom it is about", () => {
    expect(bucketKey("loginAccount", "ann@example.com")).toMatch(/^loginAccount:[0-9a-f]{64}$/);
  });
});

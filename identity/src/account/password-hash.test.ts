import { describe, expect, test } from "bun:test";
import { createPasswordHasher } from "./password-hash";

describe("a password hasher", () => {
  test("hashes with argon2id at 19 MiB and two passes, salted", async () => {
    const hasher = createPasswordHasher();
    const [one, two] = await Promise.all([hasher.hash("correct horse"), hasher.hash("correct horse")]);
    expect(one).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
    expect(one).not.toBe(two);
    expect(hasher.isOutdated(one)).toBe(false);
    expect(hasher.isOutdated(one.replace("m=19456", "m=4096"))).toBe(true);
  });

  test("tells the right password from a wrong one", async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash("correct horse");
    expect(await hasher.verify("correct horse", hash)).toBe(true);
    expect(await hasher.verify("Correct horse", hash)).toBe(false);
  });

  test("works as long without a hash, and says no", async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash("correct horse");
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      known.push(await elapsedMs(() => hasher.verify("wrong", hash)));
      unknown.push(await elapsedMs(() => hasher.verify("wrong", undefined)));
    }
    expect(await hasher.verify("wrong", null)).toBe(false);
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 3);
  });

  test("works on a few at a time, lets some wait, and refuses the rest", async () => {
    const hasher = createPasswordHasher({ inFlightMax: 1, queueMax: 2 });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(() => hasher.verify("x", undefined)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    expect(outcomes[4]?.status === "rejected" && outcomes[4].reason).toMatchObject({ code: "TOO_BUSY", status: 503 });
    expect(await hasher.verify("x", undefined)).toBe(false);
  });
});

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

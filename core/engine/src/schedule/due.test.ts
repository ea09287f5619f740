import { describe, expect, test } from "bun:test";
import type { CatchUp } from "@dap/contract";
import fc from "fast-check";
import { dueTicks } from "./due";
import { scheduleTicks } from "./tick";

const hourMs = 3_600_000;
const ticks = scheduleTicks({ everyMs: hourMs });
const due = (nextMs: number, nowMs: number, catchUp: CatchUp, more: { shiftMs?: number; lateMs?: number } = {}) =>
  dueTicks(ticks, { nextMs, nowMs, catchUp, shiftMs: 0, lateMs: 10_000, ...more });

describe("what is due", () => {
  test("after three hours of rest goes by the policy: none, the last one, or the last so many in order", () => {
    const nowMs = 3.5 * hourMs;
    const after = { nextMs: 4 * hourMs };
    expect(due(hourMs, nowMs, "skip")).toEqual({ fire: [], isCut: true, ...after });
    expect(due(hourMs, nowMs, "once")).toEqual({ fire: [3 * hourMs], isCut: true, ...after });
    expect(due(hourMs, nowMs, { upTo: 2 })).toEqual({ fire: [2 * hourMs, 3 * hourMs], isCut: true, ...after });
    expect(due(hourMs, nowMs, { upTo: 5 })).toEqual({
      fire: [hourMs, 2 * hourMs, 3 * hourMs],
      isCut: false,
      ...after,
    });
  });

  test("always holds a tick that is hardly late, which is also the one that `once` asks for", () => {
    const nowMs = 3 * hourMs + 9_000;
    expect(due(3 * hourMs, nowMs, "skip").fire).toEqual([3 * hourMs]);
    expect(due(hourMs, nowMs, "once").fire).toEqual([3 * hourMs]);
    expect(due(hourMs, nowMs, { upTo: 1 }).fire).toEqual([2 * hourMs, 3 * hourMs]);
  });

  test("comes later by the shift", () => {
    expect(due(hourMs, hourMs + 4_999, "skip", { shiftMs: 5_000 })).toMatchObject({ fire: [], nextMs: hourMs });
    expect(due(hourMs, hourMs + 5_000, "skip", { shiftMs: 5_000 })).toMatchObject({
      fire: [hourMs],
      nextMs: 2 * hourMs,
    });
  });

  test("is nothing before the tick that is waited for, be the clock as it may", () => {
    expect(due(50 * hourMs, 2.5 * hourMs, { upTo: 9 })).toEqual({ fire: [], isCut: false, nextMs: 50 * hourMs });
  });

  test("costs what it fires and not what was missed", () => {
    let asked = 0;
    const previous = (ms: number) => {
      asked += 1;
      return ticks.previous(ms);
    };
    const counted = { ...ticks, previous };
    dueTicks(counted, { nextMs: 0, nowMs: 1e6 * hourMs, catchUp: { upTo: 3 }, shiftMs: 0, lateMs: 0 });
    expect(asked).toBeLessThan(8);
  });

  test("fires each tick once and in order, however often and unevenly one looks, as long as one looks in time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 60 }),
        fc.nat(3_000),
        (pauses, shiftMs) => {
          const every = scheduleTicks({ everyMs: 1_000 });
          const fired: number[] = [];
          let [nextMs, nowMs] = [1_000, 0];
          for (const pause of pauses) {
            nowMs += pause;
            const found = dueTicks(every, { nextMs, nowMs, catchUp: "skip", shiftMs, lateMs: 10_000 });
            fired.push(...found.fire);
            nextMs = found.nextMs ?? 0;
          }
          const count = Math.max(0, Math.floor((nowMs - shiftMs) / 1_000));
          expect(fired).toEqual(Array.from({ length: count }, (_, n) => (n + 1) * 1_000));
        },
      ),
    );
  });
});

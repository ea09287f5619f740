import { describe, expect, test } from "bun:test";
import type { StepView, StoredEvent } from "@dap/contract";
import fc from "fast-check";
import { ticksOf, waterfall } from "./waterfall";

const step = (over: Partial<StepView> = {}): StepView => ({
  stepKey: "ask/3",
  stepId: "ask",
  use: "http.request",
  status: "succeeded",
  attempt: 2,
  startedAtMs: 100,
  endedAtMs: 300,
  ...over,
});
const common = { stepKey: "ask/3", inputHash: "" };
const error = { code: "X", message: "Down.", retryable: true };
const events: StoredEvent[] = [
  { seq: 1, event: { kind: "stepFailed", ...common, attempt: 1, error, startedAtMs: 100, atMs: 150, chance: 0 } },
  { seq: 2, event: { kind: "stepSucceeded", ...common, attempt: 2, output: 1, startedAtMs: 250, atMs: 300 } },
];
const base = { createdAtMs: 0, endedAtMs: 400, nowMs: 9_999, steps: [step()], events };

describe("a waterfall", () => {
  test("shows every attempt, the pause between two, and the wait before the first", () => {
    const { rows, queue, totalMs } = waterfall(base);
    expect(totalMs).toBe(400);
    expect(queue).toMatchObject({ leftPct: 0, widthPct: 25 });
    expect(rows[0]).toMatchObject({ place: "3", tookMs: 200 });
    expect(rows[0]?.bars.map(({ kind, leftPct, widthPct }) => [kind, leftPct, widthPct])).toEqual([
      ["failed", 25, 12.5],
      ["pause", 37.5, 25],
      ["attempt", 62.5, 12.5],
    ]);
  });

  test("lets a running step reach until now", () => {
    const running = step({ status: "running", startedAtMs: 100 });
    const { endedAtMs: _, ...open } = running;
    const { rows } = waterfall({ ...base, endedAtMs: undefined, nowMs: 200, steps: [open], events: [] });
    expect(rows[0]).toMatchObject({ tookMs: 100, bars: [{ kind: "running", leftPct: 50, widthPct: 50 }] });
  });

  test("gives pure steps a row without bars", () => {
    const pure: StepView = { stepKey: "set", stepId: "set", use: "transform.set", status: "succeeded", attempt: 1 };
    expect(waterfall({ ...base, steps: [pure] }).rows[0]).toMatchObject({ bars: [], tookMs: undefined, place: "" });
  });

  test("never places a bar outside of its row", () => {
    const time = fc.integer({ min: -50, max: 2_000 });
    fc.assert(
      fc.property(time, time, time, fc.option(time, { nil: undefined }), (startedAtMs, endedAtMs, nowMs, endMs) => {
        const { rows } = waterfall({
          ...base,
          endedAtMs: endMs,
          nowMs,
          steps: [step({ startedAtMs, endedAtMs })],
          events: [],
        });
        for (const { leftPct, widthPct } of rows.flatMap(({ bars }) => bars)) {
          expect(leftPct).toBeGreaterThanOrEqual(0);
          expect(widthPct).toBeGreaterThan(0);
          expect(leftPct + widthPct).toBeLessThanOrEqual(100.0001);
        }
      }),
    );
  });
});

describe("the marks of a scale", () => {
  test("are round and few, whatever its length", () => {
    expect(ticksOf(1).map(({ ms }) => ms)).toEqual([0, 1]);
    expect(ticksOf(400).map(({ ms }) => ms)).toEqual([0, 100, 200, 300, 400]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (totalMs) => {
        const count = ticksOf(totalMs).length;
        expect(count).toBeGreaterThanOrEqual(2);
        expect(count).toBeLessThanOrEqual(6);
      }),
    );
  });
});

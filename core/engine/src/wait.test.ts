import { describe, expect, test } from "bun:test";
import type { InputEvent, Step } from "@dap/contract";
import { simulatedCatalogue } from "../simulator/catalogue";
import { begin, callsIn, feed, planOf, walk } from "../simulator/walk";
import { compileWorkflow } from "./compile-workflow";
import { instantOf } from "./run/instant";

const call = (id: string): Step => ({ id, use: "sim.read", with: {} });

describe("an instant", () => {
  test.each([
    ["1970-01-01T00:00:05Z", 5_000],
    ["1970-01-01T01:00+01:00", 0],
    ["1970-01-01T00:00:00.1234567Z", 123],
    ["1970-01-01T00:00:00.5-00:30", 1_800_500],
    [1_234.5, 1_234.5],
    [-1, -1],
  ])("is read from %p", (value, instant) => {
    expect(instantOf(value)).toBe(instant);
  });

  test.each(["1970-01-01T00:00:05", "1970-01-01", "tomorrow", "1970-13-01T00:00:00Z", "", null, true, 1e300, {}])(
    "is not read from %p",
    (value) => {
      expect(instantOf(value)).toBeUndefined();
    },
  );
});

describe("wait until an instant", () => {
  const until = (instant: string | number): Step[] => [{ id: "w", use: "wait", until: instant }, call("a")];

  test.each([
    5_000,
    "1970-01-01T00:00:05Z",
    "{{ 4000 + 1000 }}",
    "{{ '1970-01-01T00:00:05Z' }}",
    "1970-01-01T00:00:{{ '05' }}Z",
  ])("rests until %p and then goes on", (instant) => {
    const first = begin(planOf({ steps: until(instant) }));
    expect(first.state.status).toBe("waiting");
    expect(first.effects).toEqual([{ kind: "wake", stepKey: "w", purpose: "wait", attempt: 1, dueAtMs: 5_000 }]);
    const fired: InputEvent = { kind: "timerFired", stepKey: "w", purpose: "wait", attempt: 1, atMs: 5_003 };
    expect(callsIn(feed(first, fired))).toEqual(["a#1"]);
  });

  test("goes on at once when the instant is past", () => {
    expect(callsIn(begin(planOf({ steps: until(999) })))).toEqual(["a#1"]);
    expect(callsIn(begin(planOf({ steps: until("1969-12-31T00:00:00Z") })))).toEqual(["a#1"]);
  });

  test.each(["{{ trigger.body }}", "2999-01-01T00:00:00Z", 8_640_000_000_000_000])("fails on %p", (instant) => {
    expect(walk({ steps: until(instant) }, {}, "soon").outcome).toMatchObject({
      status: "failed",
      error: { code: "WRONG_TYPE" },
      stepKey: "w",
    });
  });

  test("is refused before publishing when it cannot be an instant", () => {
    const problemsOf = (steps: readonly Step[]) =>
      compileWorkflow(
        { dap: 1, name: "x", trigger: { kind: "manual" }, steps },
        { catalogue: simulatedCatalogue },
      ).problems.map(({ path, code }) => `${path} ${code}`);
    expect(problemsOf(until("next week"))).toEqual(["/steps/0/until WRONG_TYPE"]);
    expect(problemsOf(until("2026-12-24T18:00:00"))).toEqual(["/steps/0/until WRONG_TYPE"]);
    expect(problemsOf(until("{{ true }}"))).toEqual(["/steps/0/until WRONG_TYPE"]);
    expect(problemsOf(until("{{ run.startedAt }}"))).toEqual([]);
  });
});

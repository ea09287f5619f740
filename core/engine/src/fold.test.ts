import { describe, expect, test } from "bun:test";
import type { InputEvent, RunEvent, Step } from "@dap/contract";
import { answerEvent, begin, feed, invokeOf, planOf, walk } from "../simulator/walk";
import { foldRun } from "./fold";
import { timeline } from "./timeline";

const steps: Step[] = [
  { id: "s", use: "transform.set", with: { x: "{{ 1 + 1 }}" } },
  {
    id: "i",
    use: "if",
    when: "{{ steps.s.x > 1 }}",
    then: [{ id: "a", use: "sim.unkeyed", with: { x: "{{ steps.s.x }}" } }],
  },
  { id: "w", use: "wait", durationMs: 50 },
  { id: "b", use: "sim.read", retry: { attemptsMax: 3 } },
];
const document = { steps, output: "{{ steps.b.v }}" };

describe("a history", () => {
  const done = walk(document, { b: [{ error: { retryable: true } }, { output: { v: 3 } }] });

  test("folds to the state that the run had, at every commit", () => {
    const cuts = done.events.flatMap((event, at) => (isStart(event) && at > 0 ? [at] : []));
    expect(cuts.length).toBeGreaterThan(3);
    const folded = foldRun(done.plan, done.events);
    expect(folded).toMatchObject({ kind: "folded", outstanding: [] });
    if (folded.kind === "folded")
      expect(JSON.parse(JSON.stringify(folded.state))).toEqual(JSON.parse(JSON.stringify(done.state)));
    for (const cut of cuts) expect(foldRun(done.plan, done.events.slice(0, cut)).kind).toBe("folded");
  });

  test("folds the same after a way through JSON", () => {
    const stored: RunEvent[] = JSON.parse(JSON.stringify(done.events));
    expect(foldRun(done.plan, stored).kind).toBe("folded");
  });

  test("of a run nobody has owned gives what its acceptance says", () => {
    const first = begin(done.plan);
    const folded = foldRun(done.plan, first.events.slice(0, 1));
    expect(folded).toMatchObject({ kind: "folded", records: first.events.slice(1), outstanding: first.effects });
  });

  test("diverges where a decision is another than the version takes", () => {
    const forged = done.events.map((event) => (event.kind === "decided" ? { ...event, choice: "else" } : event));
    expect(foldRun(done.plan, forged)).toMatchObject({ kind: "diverged", atIndex: 1 });
  });

  test("diverges where a result belongs to another input", () => {
    const forged = done.events.map((event) => (event.kind === "stepSucceeded" ? { ...event, inputHash: "0" } : event));
    expect(foldRun(done.plan, forged)).toMatchObject({ kind: "diverged", found: "input 0" });
  });

  test("diverges where a record is missing or stands before its cause", () => {
    expect(
      foldRun(
        done.plan,
        done.events.filter(({ kind }) => kind !== "ended"),
      ).kind,
    ).toBe("diverged");
    expect(foldRun(done.plan, done.events.slice(1)).kind).toBe("diverged");
  });

  test("diverges under a version with another meaning", () => {
    const other = planOf({ ...document, output: "{{ steps.b.v + 1 }}" });
    expect(foldRun(other, done.events)).toMatchObject({ kind: "diverged", atIndex: done.events.length - 1 });
  });
});

const isStart = (event: RunEvent) => !["decided", "responded", "ended"].includes(event.kind);

describe("what is outstanding", () => {
  const first = begin(
    planOf({
      steps: [
        {
          id: "p",
          use: "parallel",
          branches: {
            a: [{ id: "a", use: "sim.unkeyed" }],
            b: [{ id: "b", use: "wait", durationMs: 9 }],
            c: [{ id: "c", use: "sim.read", retry: {} }],
          },
        },
      ],
    }),
  );
  const outstandingOf = (events: readonly RunEvent[]) => {
    const folded = foldRun(first.plan, events);
    return folded.kind === "folded" ? folded.outstanding : [];
  };

  test("tells which calls were noted as started", () => {
    const started = feed(first, { kind: "stepStarted", stepKey: "a", attempt: 1, atMs: 1_001 });
    expect(outstandingOf(started.events)).toMatchObject([
      { kind: "invoke", stepKey: "a", started: true },
      { kind: "wake", stepKey: "b", purpose: "wait" },
      { kind: "invoke", stepKey: "c", started: false },
    ]);
  });

  test("has the next attempt's timer, and the abort of a call that nobody needs", () => {
    const again = feed(first, answerEvent(invokeOf(first, "c"), { error: { retryable: true } }, 1_001) as InputEvent);
    expect(outstandingOf(again.events)).toContainEqual(
      expect.objectContaining({ kind: "wake", stepKey: "c", attempt: 2 }),
    );
    const failed = feed(first, answerEvent(invokeOf(first, "c"), { error: {} }, 1_001) as InputEvent);
    expect(outstandingOf(failed.events)).toEqual([{ kind: "abort", stepKey: "a", attempt: 1 }]);
  });
});

describe("a timeline", () => {
  const done = walk(document, { b: [{ error: { retryable: true } }, { output: { v: 3 } }] });

  test("shows every step in order, the pure ones computed again", () => {
    expect(timeline(done.plan, done.events)).toMatchObject([
      { stepKey: "s", status: "succeeded", output: { x: 2 } },
      { stepKey: "i", status: "succeeded" },
      { stepKey: "a", status: "succeeded", input: { x: 2 }, output: { v: 1 }, attempt: 1 },
      { stepKey: "w", status: "succeeded", startedAtMs: 1_001, endedAtMs: 1_051 },
      { stepKey: "b", status: "succeeded", attempt: 2, output: { v: 3 } },
    ]);
  });

  test("shows what is going on", () => {
    const failed = walk(document, { a: ["silent"] });
    expect(timeline(failed.plan, failed.events).map(({ stepKey, status }) => `${stepKey} ${status}`)).toEqual([
      "s succeeded",
      "i running",
      "a running",
    ]);
  });

  test("shows failures, skipped steps, and calls that were out at a forced end", () => {
    const guarded: Step[] = [
      { id: "n", use: "sim.read", when: "{{ false }}" },
      { id: "f", use: "sim.read" },
    ];
    const failed = walk({ steps: guarded }, { f: [{ error: {} }] });
    expect(timeline(failed.plan, failed.events).map(({ stepKey, status }) => `${stepKey} ${status}`)).toEqual([
      "n skipped",
      "f failed",
    ]);
    const forced = feed(begin(failed.plan), { kind: "cancelRequested", force: true, by: "me", atMs: 2_000 });
    expect(timeline(forced.plan, forced.events).at(-1)).toMatchObject({ stepKey: "f", status: "unknown" });
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { DocumentStep, RunEvent } from "../protocol";
import { activeLine, applyEvent, fromRun, labelOf, type Progress, percentOf, startProgress } from "./progress";

const steps = [
  { id: "a", use: "http.request" },
  {
    id: "b",
    use: "if",
    then: [{ id: "b1", use: "http.request" }],
    else: [{ id: "b2", use: "forEach", steps: [{ id: "b3", use: "http.request" }] }],
  },
  { id: "c", use: "transform.set", note: "Make the answer" },
  { id: "d", use: "http.request", disabled: true },
] as readonly DocumentStep[];
const play = (...events: RunEvent[]): Progress =>
  events.reduce((progress, event, index) => applyEvent(progress, index + 1, event), startProgress(steps));
const statuses = (progress: Progress) => progress.lines.map(({ status }) => status);

describe("the progress of a run", () => {
  test("has a line for each step of the first level, by its note or its name", () => {
    expect(startProgress(steps).lines.map(({ label }) => label)).toEqual(["A", "B", "Make the answer"]);
    expect(labelOf("sendBigMail_toSales")).toBe("Send big mail to sales");
  });

  test("moves with the events of steps, those inside a branch or a loop counting for it", () => {
    expect(statuses(play({ kind: "accepted" }))).toEqual(["waiting", "waiting", "waiting"]);
    expect(statuses(play({ kind: "stepStarted", stepKey: "a" }))).toEqual(["running", "waiting", "waiting"]);
    expect(
      statuses(play({ kind: "stepSucceeded", stepKey: "a" }, { kind: "stepSucceeded", stepKey: "b3/0/1" })),
    ).toEqual(["succeeded", "running", "waiting"]);
    expect(statuses(play({ kind: "stepFailed", stepKey: "a" }))).toEqual(["retrying", "waiting", "waiting"]);
    expect(statuses(play({ kind: "stepUnknown", stepKey: "a" }))).toEqual(["unknown", "waiting", "waiting"]);
  });

  test("ends with what became of each step", () => {
    expect(
      statuses(play({ kind: "stepSucceeded", stepKey: "a" }, { kind: "ended", outcome: { status: "succeeded" } })),
    ).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(statuses(play({ kind: "ended", outcome: { status: "failed", stepKey: "b3/2" } }))).toEqual([
      "succeeded",
      "failed",
      "skipped",
    ]);
    expect(
      statuses(play({ kind: "stepStarted", stepKey: "a" }, { kind: "ended", outcome: { status: "cancelled" } })),
    ).toEqual(["cancelled", "skipped", "skipped"]);
  });

  test("says which step is busy and how far it is", () => {
    const half = play({ kind: "stepSucceeded", stepKey: "a" });
    expect([activeLine(half)?.id, percentOf(half)]).toEqual(["b", 33]);
    expect(percentOf(play({ kind: "ended", outcome: { status: "succeeded" } }))).toBe(100);
    expect(percentOf(startProgress([]))).toBe(0);
  });

  test("takes states and times from the run as the server has it", () => {
    const view = { attempt: 1, use: "x" };
    const run = {
      id: "r",
      workflowName: "W",
      status: "succeeded" as const,
      output: null,
      error: null,
      lastSeq: 9,
      createdAt: "",
      endedAt: null,
      steps: [
        { ...view, stepKey: "a", stepId: "a", status: "succeeded" as const, startedAtMs: 5, endedAtMs: 25 },
        { ...view, stepKey: "b", stepId: "b", status: "skipped" as const },
      ],
    };
    expect(fromRun(startProgress(steps), run).lines.map(({ status, durationMs }) => [status, durationMs])).toEqual([
      ["succeeded", 20],
      ["skipped", undefined],
      ["skipped", undefined],
    ]);
    expect(fromRun(startProgress([]), run).lines.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("is the same whether events come once or again and again, and never takes a step back", () => {
    const event = fc.record({
      kind: fc.constantFrom("stepStarted", "stepSucceeded", "stepFailed", "decided", "new kind"),
      stepKey: fc.constantFrom("a", "b", "b1", "b3/1", "c", "zzz"),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 20 }), (events) => {
        const once = play(...events);
        const doubled = events.reduce(
          (progress, one, index) => applyEvent(applyEvent(progress, index + 1, one), index + 1, one),
          startProgress(steps),
        );
        expect(doubled).toEqual(once);
        expect(applyEvent(once, 1, { kind: "ended", outcome: { status: "failed" } })).toBe(once);
      }),
    );
  });
});

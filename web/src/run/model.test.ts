import { describe, expect, test } from "bun:test";
import type { RunDetail, RunEvent, StepView, StoredEvent } from "@dap/contract";
import fc from "fast-check";
import { type RunState, withEvent, withReading } from "./model";

const detail: RunDetail = {
  id: "r",
  workflowId: "w",
  workflowName: "W",
  version: 1,
  status: "queued",
  trigger: "webhook",
  createdAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  input: null,
  output: null,
  error: null,
  lastSeq: 0,
  steps: [],
};
const start: RunState = { detail, events: [] };
const done = { stepKey: "ask/2", attempt: 1, inputHash: "", startedAtMs: 10, atMs: 30 };
const succeeded: RunEvent = { kind: "stepSucceeded", ...done, output: { n: 1 } };
const failed: RunEvent = {
  kind: "stepFailed",
  ...done,
  chance: 0,
  error: { code: "X", message: "x", retryable: true },
};
const ended: RunEvent = { kind: "ended", outcome: { status: "succeeded", output: 5 }, atMs: 40 };
const play = (events: readonly RunEvent[], from = start) =>
  events.map((event, index): StoredEvent => ({ seq: index + 1, event })).reduce(withEvent, from);
const stepOf = (state: RunState): StepView | undefined => state.detail.steps[0];

describe("a run that is being watched", () => {
  test("shows a step as soon as its event arrives", () => {
    const started = play([{ kind: "stepStarted", stepKey: "ask/2", attempt: 1, atMs: 10 }]);
    expect(started.detail.status).toBe("running");
    expect(stepOf(started)).toMatchObject({ stepId: "ask", status: "running", startedAtMs: 10 });
    expect(stepOf(play([succeeded]))).toMatchObject({ status: "succeeded", startedAtMs: 10, endedAtMs: 30 });
  });

  test("shows a failed attempt that may be repeated as retrying", () => {
    expect(stepOf(play([failed]))?.status).toBe("retrying");
    expect(stepOf(play([failed, succeeded]))).toMatchObject({ status: "succeeded", startedAtMs: 10 });
  });

  test("ends with its outcome", () => {
    const { detail: end } = play([ended]);
    expect(end).toMatchObject({ status: "succeeded", output: 5, endedAt: "1970-01-01T00:00:00.040Z" });
  });

  test("is cancelling from the request until the end, and never again after it", () => {
    const cancel: RunEvent = { kind: "cancelRequested", force: false, by: "me", atMs: 1 };
    expect(play([cancel]).detail.status).toBe("cancelling");
    expect(play([ended, cancel]).detail.status).toBe("succeeded");
  });

  test("ends the same whatever is delivered twice", () => {
    const events: StoredEvent[] = [failed, succeeded, ended].map((event, index) => ({ seq: index + 1, event }));
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 12 }), (extra) => {
        const noisy = events.flatMap((event, index) => [
          event,
          ...extra.flatMap((other) => (other <= index ? [events[other] ?? event] : [])),
        ]);
        expect(noisy.reduce(withEvent, start)).toEqual(events.reduce(withEvent, start));
      }),
    );
  });

  test("does not go back to an older reading, but takes the events that it brings", () => {
    const known = play([failed, succeeded]);
    const late = withReading(known, { ...detail, lastSeq: 1 }, [{ seq: 3, event: ended }]);
    expect(late.detail).toBe(known.detail);
    expect(late.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(withReading(known, { ...detail, lastSeq: 9 }).detail.lastSeq).toBe(9);
  });
});

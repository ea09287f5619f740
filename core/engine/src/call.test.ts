import { describe, expect, test } from "bun:test";
import type { InputEvent, Step } from "@dap/contract";
import fc from "fast-check";
import { accepted, answerEvent, begin, callsIn, feed, follow, invokeOf, planOf, walk } from "../simulator/walk";
import { advance } from "./advance";

const retry = { attemptsMax: 3, delayMsMin: 100, delayMsMax: 1_000, factor: 2 };
const call = (more: object = {}): Step => ({ id: "a", use: "sim.unkeyed", with: { x: 1 }, ...more });
const again = { error: { code: "HTTP_STATUS", retryable: true } };

describe("a step with an effect", () => {
  test("asks for one call, and gives what the call gave", () => {
    const done = walk({ steps: [call()], output: "{{ steps.a.v }}" }, { a: [{ output: { v: 7 } }] });
    expect(callsIn(done)).toEqual(["a#1"]);
    expect(done.outcome).toEqual({ status: "succeeded", output: 7 });
  });

  test("is tried once without a retry policy", () => {
    expect(walk({ steps: [call()] }, { a: [again] }).outcome).toMatchObject({ status: "failed", stepKey: "a" });
  });

  test("is tried again after a growing delay, each time with a new number of its key", () => {
    const done = walk({ steps: [call({ retry })] }, { a: [again, again, { output: { v: 1 } }] });
    const wakes = done.effects.flatMap((effect) => (effect.kind === "wake" ? [effect] : []));
    const calls = done.effects.flatMap((effect) => (effect.kind === "invoke" ? [effect] : []));
    expect(calls.map(({ attempt, n }) => [attempt, n])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    // 100 and 200 ms, spread over the upper half by the middle chance.
    expect(wakes.map((wake, at) => wake.dueAtMs - (calls[at] ? wakeCause(done, at) : 0))).toEqual([75, 150]);
    expect(done.outcome?.status).toBe("succeeded");
  });

  test("is not tried again past its attempts, nor after an error that trying cannot help", () => {
    expect(callsIn(walk({ steps: [call({ retry })] }, { a: [again] }))).toEqual(["a#1", "a#2", "a#3"]);
    expect(callsIn(walk({ steps: [call({ retry })] }, { a: [{ error: {} }] }))).toEqual(["a#1"]);
  });

  test("comes back when the receiver asked for it, within the policy's longest delay", () => {
    const asked = { error: { retryable: true, details: { retryAfterMs: 900 } } };
    const done = walk({ steps: [call({ retry })] }, { a: [asked, { output: { v: 1 } }] });
    expect(done.effects).toContainEqual(expect.objectContaining({ kind: "wake", dueAtMs: 1_001 + 900 }));
  });

  test("keeps its key after a call that may have happened", () => {
    const lost = { error: { code: "TIMEOUT", retryable: true } };
    const done = walk({ steps: [call({ retry })] }, { a: [lost, { output: { v: 1 } }] });
    const calls = done.effects.flatMap((effect) => (effect.kind === "invoke" ? [effect] : []));
    expect(calls.map(({ attempt, n }) => [attempt, n])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  test("takes a call that never went out for one that did not happen", () => {
    const kept = { error: { code: "TIMEOUT", retryable: true, details: { sent: false } } };
    const done = walk({ steps: [call({ effect: "atMostOnce", retry })] }, { a: [kept, { output: { v: 1 } }] });
    expect(done.outcome?.status).toBe("succeeded");
  });

  test("ends as unknown when it must not be repeated and nobody can tell", () => {
    const once = call({ effect: "atMostOnce", retry });
    for (const answer of ["unknown", { error: { code: "TIMEOUT", retryable: true } }] as const) {
      const done = walk({ steps: [once] }, { a: [answer] });
      expect(callsIn(done)).toEqual(["a#1"]);
      expect(done.outcome).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });
    }
  });

  test("is made again with the same key when its answer was lost and repeating is allowed", () => {
    const done = walk({ steps: [call()] }, { a: ["unknown", { output: { v: 1 } }] });
    expect(done.effects).toContainEqual(expect.objectContaining({ kind: "invoke", attempt: 2, n: 1 }));
    expect(done.outcome?.status).toBe("succeeded");
  });

  test("ignores the answer of an attempt that is no longer running", () => {
    const first = begin(planOf({ steps: [call({ retry })] }));
    const invoke = invokeOf(first, "a");
    const failed = feed(first, answerEvent(invoke, again, 1_001) as InputEvent);
    for (const answer of [again, { output: { v: 9 } }, "unknown"] as const) {
      const late = feed(failed, answerEvent(invoke, answer, 1_002) as InputEvent);
      expect(late.state).toBe(failed.state);
    }
  });

  test("is asked for in order and once per attempt, whatever order events arrive in", () => {
    const plan = planOf({ steps: [call({ retry })] });
    const event = fc.record({
      kind: fc.constantFrom("stepSucceeded", "stepFailed", "stepUnknown", "stepStarted", "timerFired"),
      attempt: fc.integer({ min: 1, max: 5 }),
      retryable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let at = begin(plan);
        for (const { kind, attempt, retryable } of events) at = feed(at, toEvent(kind, attempt, retryable));
        const attempts = callsIn(at).map((key) => Number(key.split("#")[1]));
        expect(attempts).toEqual(attempts.map((_, index) => index + 1));
        expect(at.effects.filter(({ kind }) => kind === "finish").length).toBe(at.outcome ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});

const wakeCause = (done: ReturnType<typeof walk>, at: number): number => {
  const failures = done.events.filter((event) => event.kind === "stepFailed");
  const failure = failures[at];
  return failure && "atMs" in failure ? failure.atMs : 0;
};

function toEvent(kind: string, attempt: number, retryable: boolean): InputEvent {
  const common = { stepKey: "a", attempt, atMs: 2_000 };
  const answer = { ...common, inputHash: "0", startedAtMs: 1_999 };
  switch (kind) {
    case "stepSucceeded":
      return { kind: "stepSucceeded", ...answer, output: 1 };
    case "stepFailed":
      return { kind: "stepFailed", ...answer, error: { code: "X", message: "x", retryable }, chance: 0.5 };
    case "stepStarted":
      return { kind: "stepStarted", ...common };
    case "timerFired":
      return { kind: "timerFired", ...common, purpose: "retry" };
    default:
      return { kind: "stepUnknown", ...common };
  }
}

describe("a run that is cancelled", () => {
  const cancel = (force: boolean): InputEvent => ({ kind: "cancelRequested", force, by: "me", atMs: 1_500 });
  const cleanup: Step = {
    id: "t",
    use: "try",
    steps: [call()],
    catch: [{ id: "c", use: "sim.read" }],
    finally: [{ id: "f", use: "sim.read" }],
  };

  test("waits for the call that is out, and starts nothing after it", () => {
    const stopped = feed(begin(planOf({ steps: [call(), call({ id: "b" })] })), cancel(false));
    expect(stopped.state.status).toBe("cancelling");
    expect(stopped.effects).toContainEqual({ kind: "abort", stepKey: "a", attempt: 1 });
    const done = feed(stopped, answerEvent(invokeOf(stopped, "a"), { output: { v: 1 } }, 1_600) as InputEvent);
    expect(done.outcome).toEqual({ status: "cancelled" });
    expect(callsIn(done)).toEqual(["a#1"]);
  });

  test("runs finally, not catch, and ends as cancelled", () => {
    const stopped = feed(begin(planOf({ steps: [cleanup] })), cancel(false));
    const done = follow({ ...stopped, effects: stopped.effects.slice(1) }, {});
    expect(callsIn(done)).toEqual(["f#1"]);
    expect(done.outcome).toEqual({ status: "cancelled" });
  });

  test("ends at once when it is forced, finally or not", () => {
    const stopped = feed(feed(begin(planOf({ steps: [cleanup] })), cancel(false)), cancel(true));
    expect(stopped.outcome).toEqual({ status: "cancelled" });
    expect(callsIn(stopped)).toEqual(["a#1"]);
  });

  test("ends when what cleans up takes too long", () => {
    const stopped = feed(begin(planOf({ steps: [cleanup] })), cancel(false));
    const timer = stopped.effects.find((effect) => effect.kind === "wake");
    expect(timer).toMatchObject({ stepKey: "$run", dueAtMs: 61_500 });
    const fired: InputEvent = { kind: "timerFired", stepKey: "$run", purpose: "timeout", attempt: 1, atMs: 61_500 };
    expect(feed(stopped, fired).outcome).toEqual({ status: "cancelled" });
  });

  test("drops waits and retries without waiting for them", () => {
    const waiting = begin(planOf({ steps: [{ id: "w", use: "wait", durationMs: 50_000 }] }));
    expect(waiting.state.status).toBe("waiting");
    expect(feed(waiting, cancel(false)).outcome).toEqual({ status: "cancelled" });
  });

  test("stays as it ended, whatever comes after", () => {
    const done = walk({ steps: [call()] });
    for (const event of [cancel(true), { kind: "deadlinePassed", atMs: 9_000 }] as const)
      expect(feed(done, event).state).toBe(done.state);
  });
});

test("a run past its deadline fails with DEADLINE, after its calls are answered", () => {
  const stopped = feed(begin(planOf({ steps: [call()] })), { kind: "deadlinePassed", atMs: 5_000 });
  expect(stopped.outcome).toBeUndefined();
  const done = feed(stopped, answerEvent(invokeOf(stopped, "a"), "unknown", 5_001) as InputEvent);
  expect(done.outcome).toMatchObject({ status: "failed", error: { code: "DEADLINE" } });
});

test("a run is accepted once, and nothing happens to it before", () => {
  const plan = planOf({ steps: [call()] });
  const early = advance(plan, undefined, { kind: "deadlinePassed", atMs: 1 });
  expect(early).toMatchObject({ state: { status: "queued" }, effects: [], records: [] });
  const first = advance(plan, early.state, accepted());
  expect(first.effects.map(({ kind }) => kind)).toEqual(["invoke"]);
  expect(advance(plan, first.state, accepted()).state).toBe(first.state);
});

test("a run that needs another meaning of the functions than this release has is not begun", () => {
  const { state } = advance(planOf({ steps: [call()] }), undefined, { ...accepted(), semantics: 99 });
  expect(state.outcome).toMatchObject({ status: "diverged", error: { code: "SEMANTICS_UNKNOWN" } });
});

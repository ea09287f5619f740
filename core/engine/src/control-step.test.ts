import { describe, expect, test } from "bun:test";
import type { InputEvent, Json, Step, Workflow } from "@dap/contract";
import { type Answers, answerEvent, begin, callsIn, feed, follow, invokeOf, planOf, walk } from "../simulator/walk";
import { timeline } from "./timeline";

const set = (id: string, v: Json, more: object = {}): Step => ({ id, use: "transform.set", with: { v }, ...more });
const call = (id: string, more: object = {}): Step => ({ id, use: "sim.read", with: { id }, ...more });
const refused: Answers[string] = [{ error: { code: "REFUSED", message: "No." } }];

const outcomeIn = (document: Partial<Workflow>, answers: Answers = {}, body: Json = {}) =>
  walk(document, answers, body).outcome;
const outputIn = (document: Partial<Workflow>, answers: Answers = {}, body: Json = {}): Json | undefined => {
  const outcome = outcomeIn(document, answers, body);
  if (outcome?.status !== "succeeded") throw new Error(JSON.stringify(outcome));
  return outcome.output;
};

/** Each case runs with pure steps and with effects inside: the two ways through a control step must agree. */
const bothWays = (name: string, check: (step: (id: string) => Step) => void) => {
  test(`${name} (computed)`, () => check((id) => set(id, 1)));
  test(`${name} (with effects)`, () => check((id) => call(id)));
};

describe("if", () => {
  bothWays("takes then or else", (step) => {
    const document = {
      steps: [
        { id: "c", use: "if", when: "{{ trigger.body.n > 1 }}", then: [step("a")], else: [step("b")] } satisfies Step,
        set("r", "{{ [exists(steps.a), exists(steps.b)] }}"),
      ],
      output: "{{ steps.r.v }}",
    };
    expect(outputIn(document, {}, { n: 2 })).toEqual([true, false]);
    expect(outputIn(document, {}, { n: 1 })).toEqual([false, true]);
  });

  bothWays("has the output of the list it took, and none without a list to take", (step) => {
    const document = {
      steps: [{ id: "c", use: "if", when: "{{ trigger.body.n }}", then: [step("a")] } satisfies Step],
    };
    const output = "{{ steps.c?.v ?? 'none' }}";
    expect(outputIn({ ...document, output }, {}, { n: 1 })).toBe(1);
    expect(outputIn({ ...document, output }, {}, { n: 0 })).toBe("none");
  });
});

describe("switch", () => {
  const document: Partial<Workflow> = {
    steps: [
      {
        id: "s",
        use: "switch",
        value: "{{ trigger.body.k }}",
        cases: [
          { is: "x", steps: [set("x", 1)] },
          { is: { a: 1, b: 2 }, steps: [set("y", 2)] },
        ],
        default: [set("z", 3)],
      },
    ],
    output: "{{ steps.s.v }}",
  };
  test("takes the case that is the same JSON, else the default", () => {
    expect(outputIn(document, {}, { k: "x" })).toBe(1);
    expect(outputIn(document, {}, { k: { b: 2, a: 1 } })).toBe(2);
    expect(outputIn(document, {}, { k: null })).toBe(3);
  });
});

describe("forEach", () => {
  const each = (more: object, steps: Step[]): Step =>
    ({ id: "e", use: "forEach", items: "{{ trigger.body.l }}", as: "item", ...more, steps }) as Step;

  test("collects the last step's outputs in item order", () => {
    const document = { steps: [each({}, [set("a", "{{ item * 10 + itemIndex }}")])], output: "{{ steps.e }}" };
    expect(outputIn(document, {}, { l: [1, 2, 3] })).toEqual([{ v: 10 }, { v: 21 }, { v: 32 }]);
    expect(outputIn(document, {}, { l: [] })).toEqual([]);
  });

  test("keeps item order although calls end in another", () => {
    const plan = planOf({ steps: [each({ concurrency: 3 }, [call("a")])], output: "{{ steps.e }}" });
    let at = begin(plan, { l: [0, 1, 2, 3] });
    expect(callsIn(at)).toEqual(["a/0#1", "a/1#1", "a/2#1"]);
    for (const index of [2, 0, 3, 1])
      at = feed(at, answerEvent(invokeOf(at, `a/${index}`), { output: { v: index } }, 2_000) as InputEvent);
    expect(at.outcome).toEqual({ status: "succeeded", output: [{ v: 0 }, { v: 1 }, { v: 2 }, { v: 3 }] });
  });

  test("collects what collect says, and null for a round without a value", () => {
    const steps = [set("a", "{{ item }}", { when: "{{ item > 1 }}" })];
    const document = { steps: [each({ collect: "{{ steps.a?.v }}" }, steps)], output: "{{ steps.e }}" };
    expect(outputIn(document, {}, { l: [1, 2] })).toEqual([null, 2]);
  });

  test("does not carry a step's output into the next round", () => {
    const steps = [set("a", 1, { when: "{{ item == 1 }}" }), set("b", "{{ exists(steps.a) }}")];
    const collect = "{{ steps.b.v }}";
    for (const extra of [[], [call("c")]]) {
      const document = { steps: [each({ collect }, [...steps, ...extra])], output: "{{ steps.e }}" };
      expect(outputIn(document, {}, { l: [1, 2] })).toEqual([true, false]);
    }
  });

  test("hands out lists with batch", () => {
    const document = { steps: [each({ batch: 2 }, [set("a", "{{ item }}")])], output: "{{ steps.e.map(x => x.v) }}" };
    expect(outputIn(document, {}, { l: [1, 2, 3] })).toEqual([[1, 2], [3]]);
  });

  test("stops at the first failure: aborts the other rounds, waits for them, starts none", () => {
    const plan = planOf({ steps: [each({ concurrency: 2 }, [call("a")])] });
    const failed = feed(
      begin(plan, { l: [1, 2, 3] }),
      answerEvent(invokeOf(begin(plan, { l: [1, 2, 3] }), "a/0"), { error: {} }, 2_000) as InputEvent,
    );
    expect(failed.outcome).toBeUndefined();
    expect(failed.effects).toContainEqual({ kind: "abort", stepKey: "a/1", attempt: 1 });
    const done = feed(failed, answerEvent(invokeOf(failed, "a/1"), { output: 1 }, 2_001) as InputEvent);
    expect(done.outcome).toMatchObject({ status: "failed", stepKey: "a/0" });
    expect(callsIn(done)).toEqual(["a/0#1", "a/1#1"]);
  });

  test("fails on what is no list", () => {
    expect(outcomeIn({ steps: [each({}, [set("a", 1)])] }, {}, { l: 3 })).toMatchObject({
      status: "failed",
      error: { code: "WRONG_TYPE" },
      stepKey: "e",
    });
  });

  test("nests: keys carry the rounds of both loops", () => {
    const inner: Step = {
      id: "i",
      use: "forEach",
      items: "{{ item }}",
      as: "x",
      steps: [call("a", { with: { x: "{{ x + itemIndex }}" } })],
    };
    const done = walk({ steps: [each({}, [inner])] }, {}, { l: [[1], [2, 3]] });
    expect(callsIn(done)).toEqual(["a/0/0#1", "a/1/0#1", "a/1/1#1"]);
    expect(invokeOf(done, "a/1/1").input).toEqual({ x: 4 });
  });
});

describe("while", () => {
  const loop = (steps: Step[], roundsMax = 10): Step => ({
    id: "w",
    use: "while",
    as: "last",
    condition: "{{ lastIndex < 3 }}",
    roundsMax,
    steps,
  });

  bothWays("goes round while its condition holds", (step) => {
    expect(outputIn({ steps: [loop([step("a")])], output: "{{ steps.w.rounds }}" })).toBe(3);
  });

  test("hands each round the output of the one before", () => {
    const steps = [set("a", "{{ (last?.v ?? 0) + 1 }}")];
    expect(outputIn({ steps: [loop(steps)], output: "{{ steps.w.last?.v }}" })).toBe(3);
  });

  bothWays("fails past its bound", (step) => {
    expect(outcomeIn({ steps: [loop([step("a")], 2)] })).toMatchObject({ error: { code: "ROUNDS_EXCEEDED" } });
  });

  test("forgets what finished rounds computed", () => {
    const plan = planOf({ steps: [loop([set("big", "{{ 'x' }}"), call("a")])] });
    let at = begin(plan);
    for (const round of [0, 1])
      at = feed(at, answerEvent(invokeOf(at, `a/${round}`), { output: { v: round } }, 2_000) as InputEvent);
    const { live } = at.state;
    expect(JSON.stringify(live)).not.toContain('"index":1');
    expect(JSON.stringify(live)).toContain('"index":2');
  });
});

describe("parallel", () => {
  const parallel = (branches: Record<string, Step[]>, join?: "all" | "any" | number): Step => ({
    id: "p",
    use: "parallel",
    branches,
    ...(join !== undefined && { join }),
  });

  bothWays("gives the output of every branch by name", (step) => {
    const document = { steps: [parallel({ a: [step("x")], b: [step("y")], c: [] })], output: "{{ steps.p }}" };
    expect(outputIn(document)).toMatchObject({ a: { v: 1 }, b: { v: 1 }, c: null });
  });

  test("with join any is left with the first success, after the losers are stopped and answered", () => {
    const plan = planOf({
      steps: [parallel({ a: [call("x"), call("x2")], b: [call("y")] }, "any")],
      output: "{{ steps.p }}",
    });
    const first = begin(plan);
    const won = feed(first, answerEvent(invokeOf(first, "y"), { output: { v: 5 } }, 2_000) as InputEvent);
    expect(won.outcome).toBeUndefined();
    const done = feed(won, answerEvent(invokeOf(won, "x"), "unknown", 2_001) as InputEvent);
    expect(done.outcome).toEqual({ status: "succeeded", output: { b: { v: 5 } } });
    expect(callsIn(done)).toEqual(["x#1", "y#1"]);
  });

  test("with join any fails only when every branch has failed", () => {
    const document = { steps: [parallel({ a: [call("x")], b: [call("y")] }, "any")] };
    expect(outcomeIn(document, { x: refused })?.status).toBe("succeeded");
    expect(outcomeIn(document, { x: refused, y: refused })?.status).toBe("failed");
  });

  test("with a number waits for so many", () => {
    const document = {
      steps: [parallel({ a: [call("x")], b: [call("y")], c: [call("z")] }, 2)],
      output: "{{ steps.p | keys }}",
    };
    expect(outputIn(document, { x: refused })).toEqual(["b", "c"]);
    expect(outcomeIn(document, { x: refused, y: refused })?.status).toBe("failed");
  });

  test("fails with its first failure, which stops the other branches", () => {
    const done = walk({ steps: [parallel({ a: [call("x")], b: [call("y"), call("y2")] })] }, { x: refused });
    expect(done.outcome).toMatchObject({ status: "failed", stepKey: "x" });
    expect(callsIn(done)).toEqual(["x#1", "y#1"]);
  });

  test("runs the finally of a branch that lost", () => {
    const guarded: Step = { id: "t", use: "try", steps: [call("x")], finally: [call("f")] };
    const done = walk({ steps: [parallel({ a: [guarded], b: [call("y")] }, "any")] }, { x: ["silent"] });
    expect(callsIn(done)).toContain("f#1");
    expect(done.outcome?.status).toBe("succeeded");
  });
});

describe("graph", () => {
  const graph = (steps: Step[]): Step => ({ id: "g", use: "graph", steps });

  test("starts each step when those it names have ended, and no earlier", () => {
    const plan = planOf({
      steps: [graph([call("c", { after: ["a", "b"] }), call("a"), call("b"), set("d", 1, { after: ["c"] })])],
      output: "{{ steps.g | keys }}",
    });
    let at = begin(plan);
    expect(callsIn(at)).toEqual(["a#1", "b#1"]);
    at = feed(at, answerEvent(invokeOf(at, "b"), { output: { v: 1 } }, 2_000) as InputEvent);
    expect(callsIn(at)).toEqual(["a#1", "b#1"]);
    at = feed(at, answerEvent(invokeOf(at, "a"), { output: { v: 1 } }, 2_000) as InputEvent);
    expect(callsIn(at)).toEqual(["a#1", "b#1", "c#1"]);
    const done = follow({ ...at, effects: at.effects.slice(2) });
    expect(done.outcome).toEqual({ status: "succeeded", output: ["c", "a", "b", "d"] });
  });
});

describe("try", () => {
  const attempt = (more: object, steps: Step[] = [call("a")]): Step => ({ id: "t", use: "try", steps, ...more });
  const failing: Step = { id: "x", use: "fail", with: { code: "BAD", message: "No {{ 1 + 1 }}" } };

  test("catches a failure, and says what it was", () => {
    const caught = [set("c", "{{ error }}")];
    expect(outputIn({ steps: [attempt({ catch: caught }, [failing])], output: "{{ steps.t.v }}" })).toEqual({
      code: "BAD",
      message: "No 2",
      stepKey: "x",
    });
    expect(outputIn({ steps: [attempt({ catch: caught })], output: "{{ steps.t.v.stepKey }}" }, { a: refused })).toBe(
      "a",
    );
  });

  test("keeps error in sight of a catch that waits for the world", () => {
    const document = {
      steps: [attempt({ catch: [call("c"), set("d", "{{ error.code }}")] })],
      output: "{{ steps.d?.v }}",
    };
    expect(outputIn(document, { a: refused })).toBe("REFUSED");
  });

  bothWays("runs finally after success, failure and return", (step) => {
    const last = [step("f")];
    for (const steps of [[set("ok", 1)], [failing], [{ id: "r", use: "return", output: 1 } satisfies Step]]) {
      const done = walk({ steps: [attempt({ finally: last }, steps)] });
      expect(done.state.outputs.f).toEqual({ v: 1 });
      expect(done.outcome?.status).toBe(steps[0] === failing ? "failed" : "succeeded");
    }
  });

  test("fails with the failure of its finally", () => {
    expect(outcomeIn({ steps: [attempt({ finally: [failing] })] })).toMatchObject({ stepKey: "x" });
  });
});

describe("wait", () => {
  test("lets the run rest until its timer fires, and ignores the timer's second firing", () => {
    const plan = planOf({ steps: [{ id: "w", use: "wait", durationMs: "{{ 20 * 3 }}" }, call("a")] });
    const first = begin(plan);
    expect(first.state.status).toBe("waiting");
    expect(first.effects).toEqual([{ kind: "wake", stepKey: "w", purpose: "wait", attempt: 1, dueAtMs: 1_060 }]);
    const fired: InputEvent = { kind: "timerFired", stepKey: "w", purpose: "wait", attempt: 1, atMs: 1_070 };
    const woken = feed(first, fired);
    expect(callsIn(woken)).toEqual(["a#1"]);
    expect(feed(woken, fired).state).toBe(woken.state);
  });
});

describe("respond, return and fail", () => {
  const respond: Step = {
    id: "r",
    use: "respond",
    with: { status: 201, headers: { "x-n": "{{ 1 }}" }, body: { ok: "{{ true }}" } },
  };

  test("respond answers once and goes on", () => {
    const done = walk({ steps: [respond, { ...respond, id: "r2" }, call("a")], output: 1 });
    expect(done.effects.filter(({ kind }) => kind === "answer")).toEqual([
      { kind: "answer", response: { status: 201, headers: { "x-n": "1" }, body: { ok: true } } },
    ]);
    expect(done.outcome).toEqual({ status: "succeeded", output: 1 });
  });

  test("return ends the run from inside a loop", () => {
    const steps: Step[] = [
      {
        id: "e",
        use: "forEach",
        items: "{{ [1, 2, 3] }}",
        as: "n",
        steps: [{ id: "i", use: "if", when: "{{ n == 2 }}", then: [{ id: "r", use: "return", output: "{{ n }}" }] }],
      },
    ];
    expect(outputIn({ steps })).toBe(2);
  });

  test("fail ends the run with its code", () => {
    const steps: Step[] = [{ id: "f", use: "fail", with: { code: "NO_STOCK", message: "None left." } }];
    const error = { code: "NO_STOCK", message: "None left.", retryable: false };
    expect(outcomeIn({ steps })).toEqual({ status: "failed", error, stepKey: "f" });
  });
});

describe("every step", () => {
  test("is skipped when its guard does not hold or it is disabled", () => {
    const done = walk({ steps: [call("a", { when: "{{ false }}" }), call("b", { disabled: true }), call("c")] });
    expect(callsIn(done)).toEqual(["c#1"]);
  });

  test("gives its pin instead of running", () => {
    const done = walk({ steps: [call("a", { pin: { v: 9 } })], output: "{{ steps.a.v }}" });
    expect(callsIn(done)).toEqual([]);
    expect(done.outcome).toEqual({ status: "succeeded", output: 9 });
  });

  test("goes on without an output with onError continue", () => {
    const document = { steps: [call("a", { onError: "continue" })], output: "{{ exists(steps.a) }}" };
    expect(outputIn(document, { a: refused })).toBe(false);
  });

  test("is replaced by its onError steps when it fails, which see the error", () => {
    const handler = [call("h"), set("s", "{{ error.code }}")];
    const document = { steps: [call("a", { onError: { steps: handler } })], output: "{{ steps.a.v }}" };
    expect(outputIn(document, { a: refused })).toBe("REFUSED");
    expect(outputIn(document)).toBe(1);
  });

  test("fails with the code of an expression that cannot be evaluated", () => {
    expect(outcomeIn({ steps: [set("a", "{{ trigger.body.x.y.z }}")] }, {}, { x: 5 })).toMatchObject({
      status: "failed",
      stepKey: "a",
    });
  });
});

describe("timeoutMs of a control step", () => {
  const slow: Step = { id: "t", use: "try", timeoutMs: 500, steps: [call("a"), call("b")], finally: [call("f")] };
  const fired: InputEvent = { kind: "timerFired", stepKey: "t", purpose: "timeout", attempt: 1, atMs: 1_500 };

  test("stops what is inside, waits for it, runs finally, and fails with TIMEOUT", () => {
    const first = begin(planOf({ steps: [slow] }));
    const stopped = feed(first, fired);
    expect(stopped.effects).toContainEqual({ kind: "abort", stepKey: "a", attempt: 1 });
    expect(feed(stopped, fired).state).toBe(stopped.state);
    const aborted = feed(stopped, answerEvent(invokeOf(stopped, "a"), "unknown", 1_501) as InputEvent);
    expect(callsIn(aborted)).toEqual(["a#1", "f#1"]);
    const done = feed(aborted, answerEvent(invokeOf(aborted, "f"), { output: { v: 1 } }, 1_502) as InputEvent);
    expect(done.outcome).toMatchObject({ status: "failed", error: { code: "TIMEOUT" }, stepKey: "t" });
    // Whoever looks at the run sees which step took too long, and that the others were only stopped.
    const [outer] = timeline(done.plan, done.events);
    expect(outer).toMatchObject({ stepKey: "t", status: "failed", error: { code: "TIMEOUT" }, endedAtMs: 1_502 });
  });

  test("is forgotten once the step has ended", () => {
    const done = walk({ steps: [slow, call("z")] }, { z: ["silent"] });
    expect(feed(done, fired).state).toBe(done.state);
  });
});

describe("the budget of a run", () => {
  test("ends a run that computes without end, past every catch", () => {
    const spin: Step = {
      id: "w",
      use: "while",
      condition: "{{ true }}",
      roundsMax: 1_000_000,
      onError: "continue",
      steps: [set("a", "{{ range(0, 100) | sum }}", { onError: "continue" })],
    };
    const loops: Step = { id: "e", use: "forEach", items: "{{ range(0, 1000) }}", as: "n", steps: [spin] };
    expect(outcomeIn({ steps: [loops] })).toMatchObject({ status: "failed", error: { code: "RUN_BUDGET" } });
  }, 60_000);
});

import { describe, expect, test } from "bun:test";
import type { InputEvent, Step } from "@dap/contract";
import { simulatedCatalogue } from "../simulator/catalogue";
import { accepted, begin, callsIn, feed, planOf, walk } from "../simulator/walk";
import { advance } from "./advance";
import { compileWorkflow } from "./compile-workflow";
import { foldRun } from "./fold";
import { instantOf } from "./run/instant";
import { timeline } from "./timeline";

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

describe("wait for an event", () => {
  const steps: Step[] = [
    call("a"),
    { id: "w", use: "wait", event: { timeoutMs: 500 } },
    { id: "b", use: "sim.read", with: { told: "{{ steps.w }}" } },
  ];
  const word = (body: string, stepKey = "w"): InputEvent => ({ kind: "eventReceived", stepKey, body, atMs: 1_200 });
  const expiry: InputEvent = { kind: "timerFired", stepKey: "w", purpose: "expiry", attempt: 1, atMs: 1_600 };
  const answered = (from: ReturnType<typeof begin>, stepKey: string) =>
    feed(from, { kind: "stepSucceeded", stepKey, attempt: 1, output: {}, inputHash: "", startedAtMs: 1, atMs: 1_100 });
  const start = () => begin(planOf({ steps }));
  const waiting = () => answered(start(), "a");

  test("rests, with a timer for its end", () => {
    const { state, effects } = waiting();
    expect(state.status).toBe("waiting");
    expect(effects.at(-1)).toEqual({ kind: "wake", stepKey: "w", purpose: "expiry", attempt: 1, dueAtMs: 1_600 });
  });

  test("gives what it is told as its output, once", () => {
    const told = feed(waiting(), word("yes"));
    expect(told.effects.at(-1)).toMatchObject({ kind: "invoke", stepKey: "b", input: { told: "yes" } });
    for (const late of [word("no"), expiry]) expect(feed(told, late).state).toBe(told.state);
  });

  test("has the word that came before it, and only the first one", () => {
    const early = feed(feed(start(), word("early")), word("second"));
    expect(early.events.filter(({ kind }) => kind === "eventReceived")).toHaveLength(2);
    expect(feed(start(), word("early")).effects).toEqual(start().effects);
    const there = answered(early, "a");
    expect(there.effects.at(-1)).toMatchObject({ stepKey: "b", input: { told: "early" } });
    for (const late of [word("no"), expiry]) expect(feed(there, late).state).toBe(there.state);
  });

  test("fails with TIMEOUT when nobody comes, and hears nobody afterwards", () => {
    const late = feed(waiting(), expiry);
    expect(late.outcome).toMatchObject({ status: "failed", error: { code: "TIMEOUT" }, stepKey: "w" });
    expect(feed(late, word("yes")).state).toBe(late.state);
    const forgiven = answered(
      begin(
        planOf({ steps: steps.map((step) => (step.id === "w" ? { ...step, onError: "continue" } : step)) as Step[] }),
      ),
      "a",
    );
    const gone = feed(forgiven, expiry);
    expect(gone.effects.at(-1)).toMatchObject({ stepKey: "b" });
    expect(feed(gone, word("yes")).state).toBe(gone.state);
  });

  test("is told nothing by words for other steps, and keeps none for them", () => {
    const from = start();
    for (const key of ["a", "nobody", "w/0", "", "w/", "constructor"])
      expect(feed(from, word("x", key)).state).toBe(from.state);
  });

  test("is asked for again by a fold, and folds to the same state", () => {
    for (const from of [waiting(), feed(start(), word("early")), feed(waiting(), word("yes"))]) {
      const inputs = from.events.map((event) =>
        event.kind === "stepSucceeded" ? { ...event, inputHash: hashOf(from) } : event,
      );
      const folded = foldRun(from.plan, inputs);
      if (folded.kind !== "folded") throw new Error(folded.expected);
      expect(JSON.stringify(folded.state)).toBe(JSON.stringify(from.state));
    }
    const { plan, events } = waiting();
    const folded = foldRun(
      plan,
      events.map((event) => (event.kind === "stepSucceeded" ? { ...event, inputHash: hashOf(waiting()) } : event)),
    );
    expect(folded).toMatchObject({ outstanding: [{ kind: "wake", stepKey: "w", purpose: "expiry", dueAtMs: 1_600 }] });
  });

  test("has its own key in each round of a loop", () => {
    const each: Step = {
      id: "e",
      use: "forEach",
      items: "{{ [1, 2] }}",
      as: "item",
      concurrency: 2,
      steps: [{ id: "w", use: "wait", event: {} }],
    };
    const both = feed(
      feed(begin(planOf({ steps: [each], output: "{{ steps.e }}" })), word("second", "w/1")),
      word("first", "w/0"),
    );
    expect(both.outcome).toEqual({ status: "succeeded", output: ["first", "second"] });
  });
});

const hashOf = (from: ReturnType<typeof begin>): string => {
  for (const effect of from.effects) if (effect.kind === "invoke" && effect.stepKey === "a") return effect.inputHash;
  throw new Error("a was not called");
};

describe("the address of a wait", () => {
  const resumeUrl = (runId: string, stepKey: string, base = "http://default") => `${base}/resume/${runId}:${stepKey}`;
  const compile = (steps: readonly Step[], output?: string) =>
    compileWorkflow(
      { dap: 1, name: "x", trigger: { kind: "manual" }, steps, ...(output !== undefined && { output }) },
      { catalogue: simulatedCatalogue, resumeUrl },
    );
  const wait: Step = { id: "w", use: "wait", event: {} };
  const send: Step = { id: "s", use: "sim.read", with: { url: "{{ run.resumeUrl.w }}" } };
  const inputsOf = (steps: readonly Step[], more: object = {}) => {
    const { plan, problems } = compile(steps);
    if (!plan) throw new Error(JSON.stringify(problems));
    const { effects } = advance(plan, undefined, { ...accepted(), ...more });
    return effects.flatMap((effect) => (effect.kind === "invoke" ? [effect.input] : []));
  };

  test("is known before the wait begins, below the base that the run's acceptance froze", () => {
    expect(inputsOf([send, wait])).toEqual([{ url: "http://default/resume/run:w" }]);
    expect(inputsOf([send, wait], { publicUrl: "https://dap.test" })).toEqual([
      { url: "https://dap.test/resume/run:w" },
    ]);
  });

  test("is another one in each round of a loop, beside those outside", () => {
    const inner: Step = {
      id: "e",
      use: "forEach",
      items: "{{ [1, 2] }}",
      as: "item",
      concurrency: 2,
      steps: [
        { ...send, with: { own: "{{ run.resumeUrl.v }}", outer: "{{ run.resumeUrl.w }}" } } as Step,
        { id: "v", use: "wait", event: {} },
      ],
    };
    expect(inputsOf([inner, wait])).toEqual([
      { own: "http://default/resume/run:v/0", outer: "http://default/resume/run:w" },
      { own: "http://default/resume/run:v/1", outer: "http://default/resume/run:w" },
    ]);
  });

  test("is known to the checker, where it exists", () => {
    const codes = (steps: readonly Step[], output?: string) =>
      compile(steps, output).problems.map(({ path, code }) => `${path} ${code}`);
    expect(codes([send, wait])).toEqual([]);
    expect(codes([send])).toEqual(["/steps/0/with/url UNKNOWN_FIELD"]);
    const loop: Step = { id: "e", use: "forEach", items: "{{ [1] }}", as: "item", steps: [send, wait] };
    expect(codes([loop])).toEqual([]);
    expect(codes([loop], "{{ run.resumeUrl.w }}")).toEqual(["/output UNKNOWN_FIELD"]);
  });

  test("gives an output of the type that the wait's schema says", () => {
    const typed: Step = {
      id: "w",
      use: "wait",
      event: {
        schema: {
          type: "object",
          required: ["ok"],
          properties: { ok: { type: "boolean" } },
          additionalProperties: false,
        },
      },
    };
    const codes = (output: string) => compile([typed], output).problems.map(({ code }) => code);
    expect(codes("{{ steps.w.ok }}")).toEqual([]);
    expect(codes("{{ steps.w.no }}")).toEqual(["UNKNOWN_FIELD"]);
    expect(
      compile([{ id: "w", use: "wait", event: { schema: { type: "nothing" } as never } }]).problems[0],
    ).toMatchObject({
      path: "/steps/0/event/schema/type",
      code: "INVALID_SCHEMA",
    });
  });
});

describe("wait for an approval", () => {
  const ask = (needed: number): Step[] => [
    { id: "w", use: "wait", approval: { title: "Pay {{ 7 }}?", needed, deadlineMs: "{{ 50 * 10 }}" } },
  ];
  const open = (needed = 1) => begin(planOf({ steps: ask(needed), output: "{{ steps.w }}" }));
  const say = (decision: "approve" | "reject", by = "ann@dap.test"): InputEvent => ({
    kind: "approvalDecided",
    stepKey: "w",
    by,
    byId: by,
    decision,
    note: "n",
    atMs: 1_100,
  });
  const deadline: InputEvent = { kind: "timerFired", stepKey: "w", purpose: "approval", attempt: 1, atMs: 1_500 };
  const at = "1970-01-01T00:00:01.100Z";
  const said = (decision: string, by = "ann@dap.test") => ({ by, decision, note: "n", at });

  test("rests, with a timer for its deadline, and shows what is asked", () => {
    expect(open().effects).toEqual([{ kind: "wake", stepKey: "w", purpose: "approval", attempt: 1, dueAtMs: 1_500 }]);
    const views = timeline(open(2).plan, open(2).events);
    expect(views).toMatchObject([{ status: "waiting", input: { title: "Pay 7?", approvers: [], needed: 2 } }]);
    expect(foldRun(open().plan, open().events)).toMatchObject({ outstanding: open().effects });
  });

  test("is approved once enough have approved, and hears nobody afterwards", () => {
    const one = feed(open(2), say("approve"));
    expect(one.outcome).toBeUndefined();
    const two = feed(one, say("approve", "bob@dap.test"));
    const output = { approved: true, decisions: [said("approve"), said("approve", "bob@dap.test")] };
    expect(two.outcome).toEqual({ status: "succeeded", output });
    for (const late of [say("reject"), deadline]) expect(feed(two, late).state).toBe(two.state);
  });

  test("is not approved as soon as one rejects", () => {
    const output = { approved: false, decisions: [said("approve"), said("reject")] };
    expect(feed(feed(open(3), say("approve")), say("reject")).outcome).toEqual({ status: "succeeded", output });
  });

  test("is not approved when its deadline passes, with who had answered", () => {
    const output = { approved: false, decisions: [said("approve")], reason: "deadline" };
    expect(feed(feed(open(2), say("approve")), deadline).outcome).toEqual({ status: "succeeded", output });
  });

  test("has a typed output", () => {
    const codes = (output: string) =>
      compileWorkflow(
        { dap: 1, name: "x", trigger: { kind: "manual" }, steps: ask(1), output },
        { catalogue: simulatedCatalogue },
      ).problems.map(({ code }) => code);
    expect(codes("{{ steps.w.decisions[0]?.by ?? steps.w.reason ?? steps.w.approved }}")).toEqual([]);
    expect(codes("{{ steps.w.aproved }}")).toEqual(["UNKNOWN_FIELD"]);
  });
});

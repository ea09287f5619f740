import { describe, expect, test } from "bun:test";
import type { InputEvent, Json } from "@dap/contract";
import { simulatedCatalogue } from "../simulator/catalogue";
import { Generator } from "../simulator/generate";
import { Random } from "../simulator/random";
import { simulate } from "../simulator/simulate";
import { accepted, begin, planOf, walk } from "../simulator/walk";
import { advance } from "./advance";
import { canonicalJson } from "./canonical";
import { compileWorkflow } from "./compile-workflow";
import type { RunState } from "./state";

function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inside of Object.values(value)) freeze(inside);
  return value;
}

describe("advance", () => {
  test("never changes the state or the event it is given", () => {
    const frozen: typeof advance = (plan, state, event) => advance(plan, freeze(state), freeze(event));
    for (let seed = 1; seed <= 200; seed += 1) expect(simulate(seed, { advance: frozen }).violations).toEqual([]);
  }, 60_000);

  test("goes on the same from a state that was stored as JSON", () => {
    const stored: typeof advance = (plan, state, event) => {
      const copy: RunState | undefined = state && JSON.parse(JSON.stringify(state));
      const next = advance(plan, copy, event);
      return state && next.state === copy ? { ...next, state } : next;
    };
    for (let seed = 1; seed <= 200; seed += 1)
      expect(simulate(seed, { advance: stored }).histories).toEqual(simulate(seed).histories);
  }, 60_000);

  test("never throws, ends once and stays as it ended, whatever comes in", () => {
    let endings = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new Random(seed);
      const { plan } = compileWorkflow(new Generator(random).workflow(), { catalogue: simulatedCatalogue });
      if (!plan) throw new Error("a generated document is refused");
      let { state, effects } = advance(plan, undefined, accepted());
      let finishes = effects.filter(({ kind }) => kind === "finish").length;
      const ids = [...plan.steps.keys(), "nobody", "$run", ""];
      for (let turn = 0; turn < 150; turn += 1) {
        const before = state;
        ({ state, effects } = advance(plan, state, anyEvent(random, ids)));
        finishes += effects.filter(({ kind }) => kind === "finish").length;
        if (before.outcome) expect(state).toBe(before);
        if (state === before) expect(effects).toEqual([]);
      }
      endings += finishes;
      expect(finishes).toBe(state.outcome ? 1 : 0);
    }
    expect(endings).toBeGreaterThan(200);
  }, 60_000);

  test("fails a step whose input is nested too deeply, at the same depth everywhere", () => {
    const deep = (levels: number): Json => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
    const document = { steps: [{ id: "a", use: "sim.read", with: { x: "{{ trigger.body }}" } }] };
    expect(begin(planOf(document), deep(200)).outcome).toBeUndefined();
    const error = { code: "TOO_DEEP" };
    expect(walk(document, {}, deep(400)).outcome).toMatchObject({ status: "failed", error, stepKey: "a" });
    expect(() => canonicalJson(deep(1_001))).toThrow("nested more than 1000 levels");
  });
});

function anyEvent(random: Random, ids: readonly string[]): InputEvent {
  const rounds = ["", "", "", "/0", "/1", "/0/1", "/01", "/-1"] as const;
  const stepKey = (ids[random.int(ids.length)] ?? "") + random.pick(rounds);
  const common = { stepKey, attempt: random.pick([1, 1, 1, 2, 3, 0]), atMs: 2_000 + random.int(100_000) };
  const answer = { ...common, inputHash: "", startedAtMs: 0 };
  const draw = random.int(100);
  if (draw < 45) return { kind: "stepSucceeded", ...answer, output: { v: random.int(9) } };
  if (draw < 65) {
    const error = { code: "X", message: "x", retryable: random.chance(0.6) };
    return { kind: "stepFailed", ...answer, error, chance: random.next() };
  }
  if (draw < 70) return { kind: "stepUnknown", ...common };
  if (draw < 75) return { kind: "stepStarted", ...common };
  if (draw < 97)
    return { kind: "timerFired", ...common, purpose: random.pick(["retry", "wait", "timeout", "expiry", "approval"]) };
  if (draw < 98) return { kind: "cancelRequested", force: random.chance(0.2), by: "me", atMs: common.atMs };
  if (draw < 99) return { kind: "deadlinePassed", atMs: common.atMs };
  return { ...accepted(), atMs: common.atMs };
}

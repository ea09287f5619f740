import { describe, expect, test } from "bun:test";
import { type Json, StepFault } from "@dap/contract";
import { FormatRegistry, type TSchema, Type } from "@sinclair/typebox";
import { catalogue, connectors, performStep } from "./catalogue";
import { defineAction, defineConnector } from "./kit/define";
import { createInputCheck } from "./kit/input-check";
import { failed, type StepDeps, succeeded } from "./kit/perform";
import { AnyObject, closed, MapOf, OneOf } from "./kit/schema";
import { chargedBy, computeStep } from "./test-step";

FormatRegistry.Set("date-time", (text) => !Number.isNaN(Date.parse(text)));
FormatRegistry.Set("uuid", (text) => /^[0-9a-f-]{36}$/.test(text));

const deps: StepDeps = {
  egress: { request: () => Promise.reject(new Error("no network in this test")), close: () => {} },
  nowMs: () => 1_772_355_900_000,
  randomUuid: () => "0f8fad5b-d9cb-469f-a165-70867728950e",
  signal: new AbortController().signal,
};
const actions = connectors.flatMap((connector) =>
  connector.actions.map((action) => ({ use: `${connector.name}.${action.name}`, action })),
);

describe("the catalogue", () => {
  test("names every action of every connector once, in a form that documents can use", () => {
    expect([...catalogue.keys()]).toEqual(actions.map(({ use }) => use));
    for (const use of catalogue.keys()) expect(use).toMatch(/^[a-z][A-Za-z0-9-]*\.[a-z][A-Za-z0-9]*$/);
    expect(catalogue.size).toBeGreaterThan(30);
  });

  test("describes every step in words, with plain JSON for schemas", () => {
    for (const definition of catalogue.values()) {
      expect(definition.title.length).toBeGreaterThan(3);
      expect(definition.description).toMatch(/^[A-Z`].*\.$/s);
      expect(JSON.parse(JSON.stringify(definition.input))).toMatchObject({ type: "object" });
      const output =
        typeof definition.output === "function" ? definition.output(definition.sample.with) : definition.output;
      expect(() => JSON.stringify(output)).not.toThrow();
    }
  });

  test("has compute exactly for pure steps", () => {
    for (const { effect, compute, sample } of catalogue.values()) {
      const effectClass = typeof effect === "function" ? effect(sample.with) : effect;
      expect(compute !== undefined).toBe(effectClass === "pure");
    }
  });

  test("has samples that fit the schemas, and that pure steps compute exactly", () => {
    for (const { use, action } of actions) {
      const { sample } = catalogue.get(use) ?? { sample: { with: null, output: null } };
      expect([use, createInputCheck(action.input)(sample.with)]).toEqual([use, []]);
      expect([use, createInputCheck(action.output)(sample.output)]).toEqual([use, []]);
      expect(JSON.parse(JSON.stringify(sample))).toEqual(sample);
      if (catalogue.get(use)?.compute) expect([use, computeStep(use, sample.with)]).toEqual([use, sample.output]);
    }
  });

  test("refuses an input of another form before the step sees it, and says where", () => {
    for (const { use } of actions.filter(({ use }) => use !== "transform.set")) {
      const compute = catalogue.get(use)?.compute;
      if (compute) expect([use, computeStep(use, { unheardOf: 1 })]).toEqual([use, "fault INPUT_INVALID"]);
    }
    expect(computeStep("transform.set", [1])).toBe("fault INPUT_INVALID");
    expect(() => catalogue.get("list.filter")?.compute?.({ items: 1, where: [] }, { charge: () => {} })).toThrow(
      /\/items/,
    );
  });

  test("charges pure steps for the size of what they work on", () => {
    for (const { use } of actions.filter(({ use }) => catalogue.get(use)?.compute)) {
      expect([use, chargedBy(use, catalogue.get(use)?.sample.with ?? null).steps > 0]).toEqual([use, true]);
    }
    const items = Array.from({ length: 10_000 }, (_, n) => n);
    for (const [use, rest] of Object.entries({
      "list.filter": { where: [{ operator: "isEmpty" }] },
      "list.sort": {},
      "list.unique": {},
      "list.split": { size: 2 },
      "list.aggregate": { values: { n: { operation: "count" } } },
      "list.flatten": {},
      "list.select": { fields: { a: "b" } },
      "list.slice": {},
    })) {
      expect([use, chargedBy(use, { items, ...rest }).steps >= 10_000]).toEqual([use, true]);
    }
    const text = "ab,c\n".repeat(20_000);
    for (const [use, rest] of Object.entries({
      "csv.parse": {},
      "text.split": { separator: "," },
      "text.changeCase": { to: "upper" },
      "crypto.hash": {},
    })) {
      expect([use, chargedBy(use, { text, ...rest }).steps > 1_000]).toEqual([use, true]);
    }
  });

  test("stops a pure step whose budget is spent before it does the work", () => {
    const budget = {
      charge: (steps: number) => {
        if (steps > 100) throw new StepFault("BUDGET_STEPS", "spent");
      },
    };
    const items = Array.from({ length: 10_000 }, (_, n) => n);
    expect(() => catalogue.get("list.sort")?.compute?.({ items }, budget)).toThrow("spent");
  });
});

describe("performing a step", () => {
  const call = (use: string, input: Json) => performStep({ use, input, idempotencyKey: "k" }, deps);

  test("gives the clock and chance as recorded reads", async () => {
    expect(await call("time.now", {})).toEqual(
      succeeded({ iso: "2026-03-01T09:05:00.000Z", unixMs: 1_772_355_900_000 }),
    );
    expect(await call("random.uuid", {})).toEqual(succeeded({ uuid: "0f8fad5b-d9cb-469f-a165-70867728950e" }));
    expect(catalogue.get("time.now")?.effect).toBe("read");
  });

  test("computes a pure step too, for trying it alone", async () => {
    expect(await call("transform.set", { a: 1 })).toEqual(succeeded({ a: 1 }));
    expect(await call("json.parse", { text: "{" })).toMatchObject({
      kind: "failed",
      error: { code: "JSON_INVALID", retryable: false },
    });
  });

  test("fails as a value for an unknown step, a bad input, or a crash that says nothing of its cause", async () => {
    expect(await call("nobody.knows", {})).toMatchObject({
      kind: "failed",
      error: { code: "UNKNOWN_STEP", retryable: false },
    });
    expect(await call("http.request", { url: 1 })).toMatchObject({ kind: "failed", error: { code: "INPUT_INVALID" } });
    const crash = await call("http.request", { url: "https://example.com" });
    expect(crash).toMatchObject({ kind: "failed", error: { code: "STEP_CRASHED", retryable: false } });
    expect(JSON.stringify(crash)).not.toContain("no network");
  });
});

describe("defining a connector", () => {
  const action = (name: string, input: TSchema = AnyObject()) =>
    defineAction({
      name,
      title: "T",
      description: "D.",
      effect: "pure",
      input,
      output: AnyObject(),
      sample: { with: {}, output: {} },
      compute: () => ({}),
    });

  test("refuses names that no document could use", () => {
    for (const name of ["", "A", "a.b", "1a", "a b"]) {
      expect(() => action(name)).toThrow(/not usable/);
      expect(() => defineConnector({ name, title: "T", description: "D.", actions: [] })).toThrow(/not usable/);
    }
    expect(() =>
      defineConnector({ name: "a", title: "T", description: "D.", actions: [action("x"), action("x")] }),
    ).toThrow(/twice/);
  });

  test("checks inputs by the same schema that is published", () => {
    const check = createInputCheck(Type.Object({ mode: OneOf(["a", "b"]), map: MapOf(Type.Number()) }, closed));
    expect(check({ mode: "a", map: { x: 1 } })).toEqual([]);
    for (const bad of [
      { mode: "c", map: {} },
      { mode: "a", map: { x: "1" } },
      { mode: "a", map: {}, more: 1 },
      { mode: "a" },
      null,
      [],
    ]) {
      expect(check(bad).length).toBeGreaterThan(0);
    }
  });

  test("carries a connection and an effect class that depends on the document", () => {
    const step = defineAction({
      name: "send",
      title: "Send",
      description: "Sends.",
      effect: () => "keyed" as const,
      connection: { kind: "chat" },
      inline: () => false,
      input: AnyObject(),
      output: AnyObject(),
      sample: { with: {}, output: {} },
      perform: async () => failed({ code: "NO", message: "no", retryable: true }),
    }).definition("chat");
    expect(step).toMatchObject({ use: "chat.send", connection: { kind: "chat" } });
    expect(step.compute).toBeUndefined();
  });
});

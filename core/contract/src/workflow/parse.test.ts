import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseWorkflow } from "./parse";
import { workflowLimits } from "./schema";

const base = { dap: 1, name: "Order", trigger: { kind: "webhook" }, steps: [] as unknown[] };
const problemsOf = (value: unknown) => {
  const parsed = parseWorkflow(value);
  return parsed.kind === "refused" ? parsed.problems.map(({ path, code }) => `${path} ${code}`) : [];
};

describe("a workflow document", () => {
  test("with every kind of step is read", () => {
    const set = { id: "a", use: "transform.set", with: { x: "{{ trigger.body.x }}" } };
    const steps = [
      { id: "s", use: "if", when: "{{ true }}", then: [set], else: [] },
      { id: "t", use: "switch", value: "{{ 1 }}", cases: [{ is: 1, steps: [{ ...set, id: "b" }] }], default: [] },
      { id: "u", use: "forEach", items: "{{ [] }}", as: "line", concurrency: 4, steps: [] },
      { id: "v", use: "while", condition: "{{ false }}", roundsMax: 3, steps: [] },
      { id: "w", use: "parallel", branches: { left: [], right: [] }, join: "any" },
      { id: "x", use: "graph", steps: [{ ...set, id: "c", after: [] }] },
      { id: "y", use: "try", steps: [], catch: [], finally: [] },
      { id: "z", use: "wait", durationMs: 10 },
      { id: "z2", use: "wait", until: "2026-12-24T18:00:00Z" },
      { id: "z4", use: "wait", event: { name: "Paid", timeoutMs: 1_000, schema: { type: "object" } } },
      { id: "z5", use: "wait", approval: { title: "Pay?", approvers: ["admin"], deadlineMs: 1_000, needed: 2 } },
      { id: "z3", use: "wait", until: 1_700_000_000_000 },
      { id: "r", use: "respond", with: { body: 1 } },
      { id: "f", use: "fail", with: { message: "no" } },
      { id: "q", use: "return", output: { ok: true } },
    ];
    expect(problemsOf({ ...base, steps })).toEqual([]);
  });

  test("that is no object is refused", () => {
    for (const value of [null, 1, "x", [], undefined]) expect(problemsOf(value)).toEqual([" STRUCTURE"]);
  });

  test("names the place of every structural problem at once", () => {
    const steps = [
      { id: "1bad", use: "transform.set" },
      { id: "ok", use: "if", when: "{{ true }}", then: [{ id: "inner", use: "nodot" }] },
      { id: "more", use: "wait" },
      7,
    ];
    expect(problemsOf({ ...base, name: 5, extra: 1, steps })).toEqual([
      "/extra STRUCTURE",
      "/name STRUCTURE",
      "/steps/3 STRUCTURE",
      "/steps/0/id STRUCTURE",
      "/steps/1/then/0/use STRUCTURE",
      "/steps/2/durationMs STRUCTURE",
      "/steps/3 STRUCTURE",
    ]);
  });

  test("waits in one way at a time", () => {
    expect(problemsOf({ ...base, steps: [{ id: "w", use: "wait", durationMs: 1, until: 2 }] })).toEqual([
      "/steps/0/until STRUCTURE",
    ]);
    expect(problemsOf({ ...base, steps: [{ id: "w", use: "wait" }] })).toEqual(["/steps/0/durationMs STRUCTURE"]);
  });

  test("starts by the clock in one way at a time, every field within its bounds", () => {
    const of = (trigger: object) => problemsOf({ ...base, trigger: { kind: "schedule", ...trigger } });
    const all = { zone: "Europe/Berlin", catchUp: { upTo: 3 }, jitterMs: 500, input: { "{{ x": [1, null] } };
    expect(of({ cron: "0 9 * * 1-5", ...all })).toEqual([]);
    expect(of({ everyMs: 1_000, catchUp: "once" })).toEqual([]);
    expect(of({})).toEqual(["/trigger/cron STRUCTURE"]);
    expect(of({ cron: "0 9 * * *", everyMs: 1_000 })).toEqual(["/trigger/everyMs STRUCTURE"]);
    expect(of({ everyMs: 999 })).toEqual(["/trigger/everyMs STRUCTURE"]);
    expect(of({ everyMs: 1_000, catchUp: { upTo: 0 } })).toEqual(["/trigger/catchUp STRUCTURE"]);
    expect(of({ everyMs: 1_000, reply: "result" })).toEqual(["/trigger/reply STRUCTURE"]);
  });

  test("with an unknown trigger gets the list of known ones", () => {
    const parsed = parseWorkflow({ ...base, trigger: { kind: "webhok" } });
    expect(parsed).toMatchObject({
      kind: "refused",
      problems: [
        { path: "/trigger/kind", code: "UNKNOWN_TRIGGER", suggestion: "Use one of: webhook, manual, schedule." },
      ],
    });
  });

  test("keeps the keys __proto__ and constructor as own data of `with`", () => {
    const steps = JSON.parse('[{"id":"a","use":"transform.set","with":{"__proto__":{"x":1},"constructor":2}}]');
    const parsed = parseWorkflow({ ...base, steps });
    expect(parsed.kind).toBe("parsed");
    expect(Object.hasOwn(steps[0].with, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test("deeper or larger than the limits is refused", () => {
    const nest = (depth: number): unknown => ({ id: "a", use: "graph", steps: depth === 0 ? [] : [nest(depth - 1)] });
    expect(problemsOf({ ...base, steps: [nest(workflowLimits.depthMax)] })[0]).toEndWith(" LIMIT");
    const many = Array.from({ length: workflowLimits.stepsMax + 1 }, (_, n) => ({ id: `s${n}`, use: "transform.set" }));
    expect(problemsOf({ ...base, steps: many })).toEqual(["/steps LIMIT"]);
  });

  test("is read or refused, never an exception, whatever the JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (trigger, step) => {
        expect(["parsed", "refused"]).toContain(parseWorkflow({ ...base, trigger, steps: [step] }).kind);
      }),
    );
  });
});

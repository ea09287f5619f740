import { describe, expect, test } from "bun:test";
import type { JsonSchema, Step, StepCatalogue, Trigger, Workflow } from "@dap/contract";
import { simulatedCatalogue } from "../simulator/catalogue";
import { type CompileDeps, compileWorkflow } from "./compile-workflow";

const typed: JsonSchema = {
  type: "object",
  required: ["to", "count"],
  properties: { to: { type: "string" }, count: { type: "integer" }, note: { type: "string" } },
  additionalProperties: false,
};
const base = simulatedCatalogue.get("sim.unkeyed");
if (!base) throw new Error("the catalogue lost a step");
const catalogue: StepCatalogue = new Map([
  ...simulatedCatalogue,
  ["mail.send", { ...base, use: "mail.send", input: typed, connection: { kind: "smtp" } }],
]);

const trigger: Trigger = {
  kind: "webhook",
  reply: "result",
  input: {
    type: "object",
    required: ["n", "lines"],
    properties: {
      n: { type: "number" },
      lines: {
        type: "array",
        items: {
          type: "object",
          required: ["sku"],
          properties: { sku: { type: "string" } },
          additionalProperties: false,
        },
      },
      memo: { type: "string" },
    },
    additionalProperties: false,
  },
};
const set = (id: string, withValue: object, more: object = {}): Step =>
  ({ id, use: "transform.set", with: withValue, ...more }) as Step;
const read = (id: string, more: object = {}): Step => ({ id, use: "sim.read", with: {}, ...more }) as Step;

const compile = (document: Partial<Workflow>, deps: Partial<CompileDeps> = {}) =>
  compileWorkflow({ dap: 1, name: "test", trigger, steps: [], ...document }, { catalogue, ...deps });
const problemsOf = (steps: Step[], output?: Workflow["output"], deps: Partial<CompileDeps> = {}) =>
  compile({ steps, ...(output !== undefined && { output }) }, deps).problems.map(({ path, code }) => `${code} ${path}`);

describe("the checker", () => {
  test("passes a sound document, and makes its plan", () => {
    const steps = [set("a", { x: "{{ trigger.body.n * 2 }}" }), read("b", { with: { y: "{{ steps.a.x }}" } })];
    const { problems, plan } = compile({ steps, output: { z: "{{ steps.b.v + 1 }}" } });
    expect(problems).toEqual([]);
    expect([...(plan?.steps.keys() ?? [])]).toEqual(["a", "b"]);
  });

  test("warns of a pinned step, which does not do its work", () => {
    const { plan, problems } = compile({
      steps: [set("a", {}, { pin: { x: 1 } }), set("b", {}, { pin: 2, disabled: true })],
    });
    expect(plan).toBeDefined();
    expect(problems.map(({ path, code, severity }) => `${severity} ${code} ${path}`)).toEqual([
      "warning PINNED_STEP /steps/0/pin",
    ]);
  });

  test.each([
    ["concurrency", { limit: 1 }],
    ["idempotencyKey", "{{ trigger.body.n }}"],
    ["rateLimit", { limit: 1, periodMs: 1_000 }],
    ["debounce", { delayMs: 1_000 }],
    ["retentionDays", 7],
  ])("refuses %s, which would promise what no run keeps yet", (field, value) => {
    const { plan, problems } = compile({ [field]: value });
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ path: `/${field}`, code: "NOT_IN_FORCE", severity: "error" }]);
  });

  test("warns that durable runs are recorded, whatever the trigger says", () => {
    const quiet = { ...trigger, record: "none" } as const;
    const pathsOf = (steps: Step[]) => compile({ trigger: quiet, steps }).problems.map(({ path }) => path);
    expect(pathsOf([set("a", {})])).toEqual([]);
    expect(pathsOf([{ id: "w", use: "wait", durationMs: 1 }])).toEqual(["/trigger/record"]);
  });

  test("tells all problems at once, each with its place, and makes no plan", () => {
    const steps = [
      set("a", { x: "{{ trigger.body.m }}" }),
      read("a"),
      { id: "b", use: "sim.raed" } as Step,
      set("c", { y: "{{ 1 + }}" }),
    ];
    const { problems, plan } = compile({ steps, output: "{{ steps.nope.x }}" });
    expect(problems.map(({ path, code }) => `${code} ${path}`)).toEqual([
      "DUPLICATE_ID /steps/1/id",
      "UNKNOWN_FIELD /steps/0/with/x",
      "UNKNOWN_STEP_KIND /steps/2/use",
      "SYNTAX /steps/3/with/y",
      "UNKNOWN_STEP /output",
    ]);
    expect(plan).toBeUndefined();
  });

  test("reads a schedule's rule and zone, and knows the types of what it starts with", () => {
    const of = (more: object) =>
      compile({ trigger: { kind: "schedule", ...more } as Trigger }).problems.map(
        ({ path, code }) => `${code} ${path}`,
      );
    expect(of({ cron: "0 9 * * 1-5", zone: "Europe/Berlin", input: { type: "no schema" } })).toEqual([]);
    expect(of({ everyMs: 1_000 })).toEqual([]);
    for (const cron of ["9 * * *", "99 * * * *", "@reboot", "2027-01-01T00:00", "0 0 30 2 *", "* * * * * * *", ""])
      expect(of({ cron })).toEqual(["INVALID_CRON /trigger/cron"]);
    for (const zone of ["Europe/Berlinn", "+02:00", "Mars/Base"])
      expect(of({ cron: "0 9 * * *", zone })).toEqual(["UNKNOWN_ZONE /trigger/zone"]);
    const { problems } = compile({ trigger: { kind: "schedule", everyMs: 1_000, zone: "Europe/Berlinn" } });
    expect(problems[0]?.suggestion).toBe("Did you mean Europe/Berlin?");
    const document = {
      trigger: { kind: "schedule", everyMs: 1_000, input: { n: 1, s: "{{ no }}" } } as Trigger,
      steps: [set("a", { x: "{{ trigger.body.n + 1 }}", y: "{{ trigger.scheduledAt }}", z: "{{ trigger.body.m }}" })],
    };
    expect(compile(document).problems.map(({ path, code }) => `${code} ${path}`)).toEqual([
      "UNKNOWN_FIELD /steps/0/with/z",
    ]);
  });

  test("suggests what was most likely meant", () => {
    const { problems } = compile({
      steps: [{ id: "b", use: "sim.raed" } as Step, set("c", { x: "{{ trigger.body.lins }}" })],
    });
    expect(problems.map(({ suggestion }) => suggestion)).toEqual([
      expect.stringContaining("sim.read"),
      expect.stringContaining("lines"),
    ]);
  });

  test("leaves no problem without a way out", () => {
    const steps = [
      read("a", { connection: "x" }),
      { id: "b", use: "nobody.knows" } as Step,
      set("c", { v: "{{ foo.bar | bar }}", w: "{{ trigger.body.zzzzzzzz }}", x: "{{ 1 + 'a' }}", y: "{{ a b }}" }),
      { id: "p", use: "parallel", branches: { a: [] }, join: 3 } as Step,
      { id: "m", use: "mail.send", with: { to: 1 } } as Step,
    ];
    const { problems } = compile({ steps }, { connections: new Set() });
    expect(problems.length).toBeGreaterThan(8);
    expect(problems.filter(({ suggestion, message }) => !suggestion || !message)).toEqual([]);
  });

  test("checks a step's input against what the step takes", () => {
    const send = (withValue: object) =>
      problemsOf([{ id: "m", use: "mail.send", connection: "office", with: withValue } as Step]);
    expect(send({ to: "a", count: 1 })).toEqual([]);
    expect(send({ to: "{{ trigger.body.n }}", count: 1 })).toEqual(["WRONG_TYPE /steps/0/with/to"]);
    expect(send({ to: "a" })).toEqual(["WRONG_TYPE /steps/0/with"]);
    expect(send({ to: "a", count: 1, notes: "x" })).toEqual(["UNKNOWN_FIELD /steps/0/with/notes"]);
    expect(send({ to: "{{ trigger.body?.memo }}", count: 1 })).toEqual(["MAY_BE_MISSING /steps/0/with/to"]);
  });

  test("knows the team's connections", () => {
    const steps = (connection?: string): Step[] => [
      { id: "m", use: "mail.send", with: { to: "a", count: 1 }, ...(connection && { connection }) } as Step,
    ];
    const connections = new Set(["office"]);
    expect(problemsOf(steps("office"), undefined, { connections })).toEqual([]);
    expect(problemsOf(steps("offise"), undefined, { connections })).toEqual(["UNKNOWN_CONNECTION /steps/0/connection"]);
    expect(problemsOf(steps())).toEqual(["UNKNOWN_CONNECTION /steps/0"]);
  });

  test("refuses an items that is no list, and text where an expression must stand", () => {
    const each = (items: string): Step => ({
      id: "e",
      use: "forEach",
      items,
      as: "x",
      steps: [set("a", { v: "{{ x }}" })],
    });
    expect(problemsOf([each("{{ trigger.body.lines }}")])).toEqual([]);
    expect(problemsOf([each("{{ trigger.body.n }}")])).toEqual(["WRONG_TYPE /steps/0/items"]);
    expect(problemsOf([set("a", {}, { when: "trigger.body.n > 1" })])).toEqual(["WRONG_TYPE /steps/0/when"]);
  });

  test("types the item of a loop", () => {
    const each = (v: string): Step => ({
      id: "e",
      use: "forEach",
      items: "{{ trigger.body.lines }}",
      as: "line",
      steps: [set("a", { v })],
    });
    expect(problemsOf([each("{{ line.sku | upper }}")], "{{ steps.e[0]?.v }}")).toEqual([]);
    expect(problemsOf([each("{{ line.skoo }}")])).toEqual(["UNKNOWN_FIELD /steps/0/steps/0/with/v"]);
    expect(problemsOf([{ ...each("{{ 1 }}"), as: "steps" } as Step])).toContain("RESERVED_NAME /steps/0/as");
  });

  test("refuses schemas that are none, and patterns that could take for ever", () => {
    const { problems } = compile({ trigger: { kind: "manual", input: { type: "objekt" } as unknown as JsonSchema } });
    expect(problems.map(({ path, code }) => `${code} ${path}`)).toEqual(["INVALID_SCHEMA /trigger/input/type"]);
    const look = compile({ trigger: { kind: "manual", input: { type: "string", pattern: "(?=a)a" } } });
    expect(look.problems[0]?.path).toBe("/trigger/input/pattern");
  });

  test("finds circles and unknown names in a graph", () => {
    const graph = (steps: Step[]): Step => ({ id: "g", use: "graph", steps });
    expect(problemsOf([graph([read("a", { after: ["b"] }), read("b", { after: ["a"] }), read("c")])])).toEqual([
      "GRAPH_CYCLE /steps/0/steps/0/after",
      "GRAPH_CYCLE /steps/0/steps/1/after",
    ]);
    expect(problemsOf([graph([read("a", { after: ["z"] })])])).toEqual(["UNKNOWN_STEP /steps/0/steps/0/after/0"]);
  });

  test("warns, without refusing, about fields that do nothing", () => {
    const steps: Step[] = [{ id: "w", use: "wait", durationMs: 1, retry: {} }, read("a", { after: ["w"] })];
    const { problems, plan } = compile({ steps });
    expect(problems.map(({ path, severity }) => `${severity} ${path}`)).toEqual([
      "warning /steps/1/after",
      "warning /steps/0/retry",
    ]);
    expect(plan).toBeDefined();
  });
});

describe("what is in sight", () => {
  const branch = (then: Step[], otherwise?: Step[]): Step => ({
    id: "i",
    use: "if",
    when: "{{ trigger.body.n > 1 }}",
    then,
    ...(otherwise && { else: otherwise }),
  });
  const use = (expression: string) => set("u", { v: expression });
  const cases: [string, Step[], string[]][] = [
    ["a step before", [read("a"), use("{{ steps.a.v }}")], []],
    ["a step further down", [use("{{ steps.a.v }}"), read("a")], ["MAY_BE_MISSING /steps/0/with/v"]],
    ["a step of a branch", [branch([read("a")]), use("{{ steps.a.v }}")], ["MAY_BE_MISSING /steps/1/with/v"]],
    ["a step of a branch, with another value for its absence", [branch([read("a")]), use("{{ steps.a?.v ?? 0 }}")], []],
    [
      "a step of the only branch that goes on",
      [branch([read("a")], [{ id: "r", use: "return" }]), use("{{ steps.a.v }}")],
      [],
    ],
    [
      "a step of the other branch",
      [branch([read("a")], [use("{{ steps.a?.v }}")])],
      ["MAY_BE_MISSING /steps/0/else/0/with/v"],
    ],
    [
      "a guarded step",
      [read("a", { when: "{{ trigger.body.n > 1 }}" }), use("{{ steps.a.v }}")],
      ["MAY_BE_MISSING /steps/1/with/v"],
    ],
    ["a disabled step", [read("a", { disabled: true }), use("{{ steps.a.v }}")], ["MAY_BE_MISSING /steps/1/with/v"]],
    [
      "a step whose failure is passed over",
      [read("a", { onError: "continue" }), use("{{ steps.a.v }}")],
      ["MAY_BE_MISSING /steps/1/with/v"],
    ],
    [
      "a step of a loop's body",
      [{ id: "e", use: "forEach", items: "{{ [1] }}", as: "x", steps: [read("a")] }, use("{{ steps.a?.v }}")],
      ["MAY_BE_MISSING /steps/1/with/v"],
    ],
    [
      "a step of another parallel branch",
      [{ id: "p", use: "parallel", branches: { a: [read("a")], b: [use("{{ steps.a?.v }}")] } }],
      ["MAY_BE_MISSING /steps/0/branches/b/0/with/v"],
    ],
    [
      "a step of a parallel that waits for all",
      [{ id: "p", use: "parallel", branches: { a: [read("a")], b: [] } }, use("{{ steps.a.v }}")],
      [],
    ],
    [
      "a step of a parallel that waits for any",
      [{ id: "p", use: "parallel", join: "any", branches: { a: [read("a")], b: [] } }, use("{{ steps.a.v }}")],
      ["MAY_BE_MISSING /steps/1/with/v"],
    ],
    [
      "a graph's step that is named, also by way of others",
      [
        {
          id: "g",
          use: "graph",
          steps: [read("a"), read("b", { after: ["a"] }), set("u", { v: "{{ steps.a.v }}" }, { after: ["b"] })],
        },
      ],
      [],
    ],
    [
      "a graph's step that is not named",
      [{ id: "g", use: "graph", steps: [read("a"), use("{{ steps.a.v }}")] }],
      ["MAY_BE_MISSING /steps/0/steps/1/with/v"],
    ],
    [
      "a try's step in its catch",
      [{ id: "t", use: "try", steps: [read("a")], catch: [use("{{ steps.a.v }}")] }],
      ["MAY_BE_MISSING /steps/0/catch/0/with/v"],
    ],
    [
      "a try's step in its finally",
      [{ id: "t", use: "try", steps: [read("a")], finally: [use("{{ steps.a?.v ?? 1 }}")] }],
      [],
    ],
    [
      "a try's step after it, when catch goes on",
      [{ id: "t", use: "try", steps: [read("a")], catch: [] }, use("{{ steps.a.v }}")],
      ["MAY_BE_MISSING /steps/1/with/v"],
    ],
    [
      "a try's step after it, when catch ends the run",
      [
        { id: "t", use: "try", steps: [read("a")], catch: [{ id: "f", use: "fail", with: { message: "x" } }] },
        use("{{ steps.a.v }}"),
      ],
      [],
    ],
    ["error in a catch", [{ id: "t", use: "try", steps: [read("a")], catch: [use("{{ error.code }}")] }], []],
    ["error elsewhere", [use("{{ error.code }}")], ["UNKNOWN_NAME /steps/0/with/v"]],
    ["all steps at once", [read("a"), use("{{ steps }}")], ["WRONG_TYPE /steps/1/with/v"]],
  ];
  for (const [name, steps, problems] of cases) test(name, () => expect(problemsOf(steps)).toEqual(problems));
});

describe("what nothing comes to", () => {
  const end: Step = { id: "r", use: "return" };
  const cases: [string, Step[], string[]][] = [
    ["after return", [end, read("a"), read("b")], ["UNREACHABLE /steps/1"]],
    [
      "after an if of which both branches end",
      [
        {
          id: "i",
          use: "if",
          when: "{{ true }}",
          then: [end],
          else: [{ id: "f", use: "fail", with: { message: "x" } }],
        },
        read("a"),
      ],
      ["UNREACHABLE /steps/1"],
    ],
    ["after a guarded return: it is reached", [{ ...end, when: "{{ trigger.body.n > 1 }}" }, read("a")], []],
    [
      "after a try whose catch goes on: it is reached",
      [{ id: "t", use: "try", steps: [{ id: "f", use: "fail", with: { message: "x" } }], catch: [] }, read("a")],
      [],
    ],
    [
      "after a loop that ends the run: it may have no rounds",
      [{ id: "e", use: "forEach", items: "{{ [] }}", as: "x", steps: [end] }, read("a")],
      [],
    ],
  ];
  for (const [name, steps, problems] of cases) test(name, () => expect(problemsOf(steps)).toEqual(problems));
});

describe("the durability class", () => {
  const durabilityOf = (document: Partial<Workflow>) => compile(document).plan?.durability;
  const http = (more: object): Step => ({ id: "h", use: "sim.get", with: {}, ...more }) as Step;
  const withGet: StepCatalogue = new Map([
    ...catalogue,
    ["sim.get", { ...base, use: "sim.get", effect: "read", inline: () => true }],
  ]);
  const classOf = (steps: Step[]) => compile({ steps }, { catalogue: withGet }).plan?.durability;

  test("is inline for pure steps and for reads that may be made at the edge", () => {
    expect(durabilityOf({ steps: [set("a", {})] })).toBe("inline");
    expect(classOf([http({})])).toBe("inline");
  });

  test("is durable for anything that outlives the request", () => {
    expect(classOf([http({ retry: {} })])).toBe("durable");
    expect(classOf([http({ connection: "c" })])).toBe("durable");
    expect(durabilityOf({ steps: [read("a")] })).toBe("durable");
    expect(durabilityOf({ steps: [{ id: "w", use: "wait", durationMs: 1 }] })).toBe("durable");
    expect(durabilityOf({ steps: [{ id: "r", use: "respond", with: {} }] })).toBe("durable");
    expect(durabilityOf({ steps: [{ id: "t", use: "try", timeoutMs: 5, steps: [] }] })).toBe("durable");
    expect(durabilityOf({ trigger: { kind: "webhook" }, steps: [] })).toBe("durable");
    expect(durabilityOf({ trigger: { kind: "manual" }, steps: [] })).toBe("durable");
    expect(durabilityOf({ steps: [], deadlineMs: 5_000 })).toBe("durable");
  });
});

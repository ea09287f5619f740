import type { Json, Step, Workflow } from "@dap/contract";

/** What a workflow with these steps answers. */
export type StepCase = {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly output: Json;
  readonly body?: Json;
  readonly expected: Json;
  readonly status?: number;
  /** Further fields of the document. */
  readonly document?: Partial<Workflow>;
};

const set = (id: string, made: { readonly [key: string]: Json }): Step => ({ id, use: "transform.set", with: made });
const fail = (id: string, code: string, message = "no"): Step => ({ id, use: "fail", with: { code, message } });

const branches: readonly StepCase[] = [
  ...([true, false] as const).map((isBig) => ({
    name: `if ${isBig ? "then" : "else"}`,
    steps: [
      {
        id: "big",
        use: "if",
        when: "{{ trigger.body.n > 1 }}",
        then: [set("yes", { x: "then" })],
        else: [set("no", { x: "else" })],
      } as const,
    ],
    output: { big: "{{ steps.big }}", yes: "{{ steps.yes?.x ?? 'none' }}" },
    body: { n: isBig ? 2 : 1 },
    expected: { big: { x: isBig ? "then" : "else" }, yes: isBig ? "then" : "none" },
  })),
  ...([1, "1", 7] as const).map((value) => ({
    name: `switch on ${JSON.stringify(value)}`,
    steps: [
      {
        id: "pick",
        use: "switch",
        value: "{{ trigger.body.n }}",
        cases: [
          { is: 1, steps: [set("a", { x: "number" })] },
          { is: "1", steps: [set("b", { x: "text" })] },
        ],
        default: [set("c", { x: "default" })],
      } as const,
    ],
    output: "{{ steps.pick.x }}",
    body: { n: value },
    expected: value === 1 ? "number" : value === "1" ? "text" : "default",
  })),
];

const each = (more: object, inner: readonly Step[]): Step =>
  ({ id: "each", use: "forEach", items: "{{ trigger.body }}", as: "item", ...more, steps: inner }) as Step;

const loops: readonly StepCase[] = [
  {
    name: "forEach gives the last outputs in item order",
    steps: [each({ concurrency: 3 }, [set("one", { v: "{{ item * 10 }}", at: "{{ itemIndex }}" })])],
    output: "{{ steps.each }}",
    body: [3, 1, 2],
    expected: [
      { v: 30, at: 0 },
      { v: 10, at: 1 },
      { v: 20, at: 2 },
    ],
  },
  {
    name: "forEach collects what it is asked for",
    steps: [each({ collect: "{{ steps.one.v + itemIndex }}" }, [set("one", { v: "{{ item * 10 }}" })])],
    output: "{{ steps.each }}",
    body: [3, 1, 2],
    expected: [30, 11, 22],
  },
  {
    name: "forEach hands out batches",
    steps: [each({ batch: 2, collect: "{{ item.length }}" }, [set("one", { v: "{{ item }}" })])],
    output: "{{ steps.each }}",
    body: [1, 2, 3, 4, 5],
    expected: [2, 2, 1],
  },
  {
    name: "forEach over nothing gives an empty list",
    steps: [each({}, [set("one", { v: 1 })])],
    output: "{{ steps.each }}",
    body: [],
    expected: [],
  },
  {
    name: "forEach in forEach keeps its names apart",
    steps: [
      each({ collect: "{{ steps.inner }}" }, [
        {
          id: "inner",
          use: "forEach",
          items: "{{ item }}",
          as: "cell",
          collect: "{{ cell * 10 + itemIndex }}",
          steps: [set("x", { y: 1 })],
        },
      ]),
    ],
    output: "{{ steps.each }}",
    body: [[1, 2], [3]],
    expected: [[10, 20], [31]],
  },
  {
    name: "while counts its rounds and stops",
    steps: [
      {
        id: "loop",
        use: "while",
        condition: "{{ roundIndex < trigger.body.n }}",
        as: "round",
        roundsMax: 10,
        steps: [set("one", { v: "{{ roundIndex }}", before: "{{ round?.v }}" })],
      },
    ],
    output: "{{ steps.loop }}",
    body: { n: 3 },
    expected: { rounds: 3, last: { v: 2, before: 1 } },
  },
  {
    name: "while past its rounds fails",
    steps: [{ id: "loop", use: "while", condition: "{{ true }}", roundsMax: 3, steps: [set("one", { v: 1 })] }],
    output: 1,
    status: 422,
    expected: { code: "RUN_FAILED", stepId: "loop", stepCode: "ROUNDS_EXCEEDED" },
  },
];

const sides = { left: [set("l", { v: "l" })], right: [set("r", { v: "r" })] };
const groups: readonly StepCase[] = [
  {
    name: "parallel all",
    steps: [{ id: "both", use: "parallel", branches: sides }],
    output: "{{ steps.both }}",
    expected: { left: { v: "l" }, right: { v: "r" } },
  },
  {
    name: "parallel any survives a failing branch",
    steps: [{ id: "any", use: "parallel", join: "any", branches: { bad: [fail("f", "BAD")], good: sides.left } }],
    output: "{{ steps.any }}",
    expected: { good: { v: "l" } },
  },
  {
    name: "parallel n of them",
    steps: [
      {
        id: "two",
        use: "parallel",
        join: 2,
        branches: { bad: [fail("f", "BAD")], left: sides.left, right: sides.right },
      },
    ],
    output: "{{ steps.two }}",
    expected: { left: { v: "l" }, right: { v: "r" } },
  },
  {
    name: "parallel all fails with its branch",
    steps: [{ id: "all", use: "parallel", branches: { left: sides.left, bad: [fail("f", "BAD", "broken")] } }],
    output: 1,
    status: 422,
    expected: { code: "RUN_FAILED", stepId: "f", stepCode: "BAD", detail: "broken" },
  },
  {
    name: "graph follows its arrows",
    steps: [
      {
        id: "net",
        use: "graph",
        steps: [
          { ...set("last", { v: "{{ steps.mid.v + steps.first.v }}" }), after: ["mid", "first"] },
          { ...set("mid", { v: "{{ steps.first.v + 1 }}" }), after: ["first"] },
          set("first", { v: 1 }),
        ],
      },
    ],
    output: "{{ steps.net }}",
    expected: { last: { v: 3 }, mid: { v: 2 }, first: { v: 1 } },
  },
];

const failures: readonly StepCase[] = [
  {
    name: "try gives its own output when nothing fails",
    steps: [{ id: "t", use: "try", steps: [set("a", { v: 1 })], catch: [set("c", { v: 2 })] }],
    output: "{{ steps.t }}",
    expected: { v: 1 },
  },
  {
    name: "catch sees the error, finally runs, the output is of catch",
    steps: [
      {
        id: "t",
        use: "try",
        steps: [fail("f", "BAD", "why {{ 1 + 1 }}")],
        catch: [set("c", { code: "{{ error.code }}", message: "{{ error.message }}", stepKey: "{{ error.stepKey }}" })],
        finally: [set("z", { v: "done" })],
      },
    ],
    output: { t: "{{ steps.t }}", z: "{{ steps.z.v }}" },
    expected: { t: { code: "BAD", message: "why 2", stepKey: "f" }, z: "done" },
  },
  {
    name: "a failure inside a loop names its step, not its round",
    steps: [each({}, [{ ...fail("f", "BAD"), when: "{{ item == 2 }}" }])],
    output: 1,
    body: [1, 2],
    status: 422,
    expected: { code: "RUN_FAILED", stepId: "f", stepCode: "BAD" },
  },
  {
    name: "onError continue goes on without an output",
    steps: [{ ...fail("f", "BAD"), onError: "continue" }, set("a", { v: "{{ steps.f ?? 'nothing' }}" })],
    output: "{{ steps.a.v }}",
    expected: "nothing",
  },
  {
    name: "onError steps take the place of the step",
    steps: [{ ...fail("f", "BAD"), onError: { steps: [set("h", { v: "{{ error.code }}" })] } }],
    output: "{{ steps.f }}",
    expected: { v: "BAD" },
  },
  {
    name: "return ends a run from inside a loop",
    steps: [
      each({}, [{ id: "r", use: "return", when: "{{ item > 1 }}", output: { at: "{{ itemIndex }}" } }]),
      fail("f", "NOT_REACHED"),
    ],
    output: "never",
    body: [1, 2, 3],
    expected: { at: 1 },
  },
];

const common: readonly StepCase[] = [
  {
    name: "when false, disabled and pin",
    steps: [
      { ...set("guarded", { v: 1 }), when: "{{ false }}" },
      { ...fail("off", "BAD"), disabled: true },
      { ...set("pinned", { v: "real" }), pin: { v: "pinned" } },
    ],
    output: { guarded: "{{ steps.guarded ?? 'skipped' }}", pinned: "{{ steps.pinned.v }}" },
    expected: { guarded: "skipped", pinned: "pinned" },
  },
  {
    name: "keys like __proto__ stay data",
    steps: [set("a", { all: "{{ trigger.body }}" })],
    output: "{{ steps.a.all }}",
    body: JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"x":{"prototype":2}}'),
    expected: JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"x":{"prototype":2}}'),
  },
  {
    name: "a NUL and a lone surrogate stay what they are",
    steps: [set("a", { nul: "{{ trigger.body.nul }}", lone: "{{ trigger.body.lone }}" })],
    output: "{{ steps.a }}",
    body: { nul: "a\u0000b", lone: "x\ud800y" },
    expected: { nul: "a\u0000b", lone: "x\ud800y" },
  },
  {
    name: "an output without a value is null",
    steps: [],
    output: "{{ trigger.body.missing }}",
    body: {},
    expected: null,
  },
];

export const stepCases: readonly StepCase[] = [...branches, ...loops, ...groups, ...failures, ...common];

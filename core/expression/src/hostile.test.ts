import { describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import { compileTemplate, compileValue, createMeter, ExpressionError, parseTemplate, type Scope } from "./index";

const longs = Array.from({ length: 100 }, (_, index) => index);
const scope: Scope = {
  o: { x: 1 },
  l: longs,
  s: "a".repeat(5000),
  items: [{ name: "a" }, { name: "b" }],
  user: { name: "Ada" },
  long: "a".repeat(50_000),
  evil: JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'),
};

type Outcome = { code: string } | { value: Json | undefined };

function attempt(source: string): Outcome {
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused") return { code: parsed.code };
  try {
    return { value: compileTemplate(parsed.template)(scope, createMeter()) };
  } catch (error) {
    if (error instanceof ExpressionError) return { code: error.code };
    throw error;
  }
}

const codeOf = (outcome: Outcome) => ("code" in outcome ? outcome.code : "value");
const ofExpression = (source: string): Outcome => attempt(`{{ ${source} }}`);

describe("a hostile expression", () => {
  const cases: readonly (readonly [source: string, expected: string | undefined])[] = [
    ["constructor.constructor('return process')()", "FORBIDDEN"],
    ["o[`constructor`]", "SYNTAX"],
    ['o["con"+"structor"]', "FORBIDDEN"],
    ["o.__proto__.x", "FORBIDDEN"],
    ['{"__proto__":{a:1}}', "FORBIDDEN"],
    ["this", undefined],
    ["process.env", "TYPE"],
    ["process?.env", undefined],
    ["globalThis", undefined],
    ["Bun", undefined],
    ["(() => 1)()", "SYNTAX"],
    ["items.map", undefined],
    ["toString", undefined],
    ['hasOwnProperty("x")', "UNKNOWN_FUNCTION"],
    ["items.map(constructor)", "FORBIDDEN"],
    ['"a" | repeat(1e9)', "BUDGET_BYTES"],
    ["l.map(a=>l.map(b=>l.map(c=>l.map(d=>1))))", "BUDGET_STEPS"],
    ["(".repeat(5000), "TOO_DEEP"],
    [Array.from({ length: 3000 }, () => "1").join("+"), "TOO_LARGE"],
    ["!".repeat(5000), "TOO_DEEP"],
    [`"${"a".repeat(9000)}"`, "TOO_LONG"],
    ['s|replace("a",s)|replace("a",s)|replace("a",s)', "BUDGET_BYTES"],
    ["evil.admin", undefined],
    ["merge(user, evil).admin", undefined],
    ["{ ...evil }.admin", undefined],
    ["steps.otherTenant", "TYPE"],
    ["credentials", undefined],
    ["env?.PATH", undefined],
    ["secret", undefined],
  ];
  for (const [source, expected] of cases) {
    test(`comes to ${expected ?? "nothing"}: ${source.slice(0, 60)}`, () => {
      const start = performance.now();
      const outcome = ofExpression(source);
      expect(outcome).toEqual(expected === undefined ? { value: undefined } : { code: expected });
      expect(performance.now() - start).toBeLessThan(150);
    });
  }

  test("of 10,000 signs or brackets is refused without exhausting the stack", () => {
    for (const source of [
      "!".repeat(10_000),
      "-".repeat(8000),
      "[".repeat(10_000),
      "{a:".repeat(2500),
      "f(".repeat(4000),
    ]) {
      expect(["TOO_DEEP", "TOO_LONG", "SYNTAX", "UNKNOWN_FUNCTION"]).toContain(codeOf(ofExpression(source)));
    }
  });

  test("with a pattern made for backtracking takes linear time", () => {
    const start = performance.now();
    const outcome = ofExpression('long | matches("^(a+)+$")');
    expect(performance.now() - start).toBeLessThan(500);
    expect(["value", "BUDGET_STEPS"]).toContain(codeOf(outcome));
    expect(ofExpression('s + "!" | matches("^(a+)+$")')).toEqual({ value: false });
  });

  test("with a pattern that reads the rest of the text at every find is stopped soon", () => {
    for (const source of [
      'long | matchAll("a(.*z)?")',
      's | matchAll("a(.*z)?")',
      'long | replacePattern("a(.*z)?", "b")',
    ]) {
      const start = performance.now();
      expect(codeOf(ofExpression(source))).toBe("BUDGET_STEPS");
      expect(performance.now() - start).toBeLessThan(1000);
    }
    expect(ofExpression('s | matchAll("a{5}") | length')).toEqual({ value: 1000 });
  });

  test("that doubles references instead of text is stopped when its result would be written", () => {
    const shared = "l.map(x => l).map(x => l.map(y => l))";
    for (const source of [shared, `${shared} | toJson`]) {
      expect(["BUDGET_BYTES", "BUDGET_STEPS"]).toContain(codeOf(ofExpression(source)));
    }
  });

  test("cannot build a value too deep to be written", () => {
    expect(ofExpression("range(0, 1000).reduce((a, x) => [a], 0)")).toEqual({ code: "TOO_DEEP" });
    expect(ofExpression('"[" | repeat(5000) | parseJson')).toEqual({ code: "TOO_DEEP" });
  });

  test("cannot evaluate its first part twice by chaining optional calls", () => {
    const chain = "l?.map(x => x)".concat("?.map(x => x)".repeat(60));
    expect(ofExpression(`${chain} | length`)).toEqual({ value: 100 });
  });

  test("leaves the prototypes of the host alone", () => {
    const before = [Object.prototype, Array.prototype, Function.prototype].map((each) => Reflect.ownKeys(each).length);
    for (const [source] of cases) ofExpression(source);
    for (const source of [
      'set({}, "__proto__", {x:1})',
      'fromEntries([["__proto__", 1]])',
      "l.groupBy(x => 'constructor')",
    ]) {
      expect(ofExpression(source)).toEqual({ code: "FORBIDDEN" });
    }
    expect([Object.prototype, Array.prototype, Function.prototype].map((each) => Reflect.ownKeys(each).length)).toEqual(
      before,
    );
  });
});

describe("data that looks like an expression", () => {
  const payloads = ["{{ secret.x }}", "{{ 1 + 1 }}", "}}{{ user.name }}", "{{", "{{ constructor }}", "$(touch /tmp/x)"];

  test("is printed as it is, however it comes in", () => {
    for (const payload of payloads) {
      const data: Scope = { body: { text: payload } };
      for (const source of ["{{ body.text }}", 'x{{ body.text | default("") }}', "{{ [body.text] }}"]) {
        const compiled = compileValue(source);
        if (compiled.kind === "refused") throw new Error("refused");
        expect(JSON.stringify(compiled.evaluate(data, createMeter()))).toContain(JSON.stringify(payload).slice(1, -1));
      }
    }
  });

  test("is not parsed again when a result becomes the data of another field", () => {
    const first = compileValue({ text: '{{ "{" + "{ user.name }}" }}' });
    const second = compileValue("got {{ step.text }}");
    if (first.kind === "refused" || second.kind === "refused") throw new Error("refused");
    const step = first.evaluate({ user: { name: "Ada" } }, createMeter());
    expect(second.evaluate({ step, user: { name: "Ada" } }, createMeter())).toBe("got {{ user.name }}");
  });

  test("keeps the forbidden keys as own data, which pass through and cannot be reached", () => {
    const compiled = compileValue({ copy: "{{ { ...evil } }}", whole: "{{ evil }}" });
    if (compiled.kind === "refused") throw new Error("refused");
    const written = JSON.stringify(compiled.evaluate(scope, createMeter()));
    const own = '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}';
    expect(written).toBe(`{"copy":${own},"whole":${own}}`);
  });
});

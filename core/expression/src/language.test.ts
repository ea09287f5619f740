import { describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import {
  compileTemplate,
  compileValue,
  createMeter,
  ExpressionError,
  parseTemplate,
  references,
  type Scope,
} from "./index";

const scope: Scope = {
  user: { name: "Ada", n: 3, nick: null },
  list: [1, 2, 3],
  rows: [
    { k: "a", n: 2 },
    { k: "b", n: 1 },
  ],
};

function field(source: string): Json | undefined {
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused")
    throw new ExpressionError(parsed.code, parsed.message, parsed.offset, parsed.suggestion);
  return compileTemplate(parsed.template)(scope, createMeter());
}
const value = (expression: string) => field(`{{ ${expression} }}`);

function failure(source: string): ExpressionError {
  try {
    field(source);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`no error: ${source}`);
}

describe("a field", () => {
  test("without {{ }} is literal text, whatever it is", () => {
    for (const text of ["", "}}", "a { b } c", "$.x"]) expect(field(text)).toBe(text);
  });

  test("that is exactly one {{ }} keeps the type of its value", () => {
    expect(field("{{ list }}")).toEqual([1, 2, 3]);
    expect(field("{{ user.missing }}")).toBeUndefined();
    expect(field(" {{ user.n }}")).toBe(" 3");
  });

  test("prints missing and null as nothing, and lists and objects as JSON", () => {
    expect(field("<{{ user.missing }}{{ null }}{{ list }}{{ true }}{{ { a: 1.5 } }}>")).toBe('<[1,2,3]true{"a":1.5}>');
  });

  test("finds the braces that close an expression by its grammar", () => {
    expect(field("{{ {a:{b:1}}}}")).toEqual({ a: { b: 1 } });
    expect(field('{{ "}}" }}!')).toBe("}}!");
    expect(field("{{{a:1}.a}}")).toBe(1);
    expect(field("{{user.n}}}}")).toBe("3}}");
    expect(field('{{ "{{" }}')).toBe("{{");
  });

  test("tells where a mistake is", () => {
    expect(failure("Hello {{ user.name")).toMatchObject({ code: "SYNTAX", offset: 18 });
    expect(failure("Hello {{ uper(user.name) }}")).toMatchObject({
      code: "UNKNOWN_FUNCTION",
      offset: 9,
      suggestion: "upper",
    });
    expect(failure("{{ user.nick.length }}")).toMatchObject({ code: "TYPE", offset: 13 });
    expect(failure("ab {{ 1 + null }}")).toMatchObject({ code: "TYPE", offset: 8 });
    expect(failure("{{ 1 | upper }}")).toMatchObject({ code: "TYPE", offset: 3 });
    for (const source of [
      "{{ }}",
      "{{ a b }}",
      "{{ a. }}",
      "{{ (1 }}",
      "{{ 1 } }",
      "{{ 'a }}",
      "{{ 1e }}",
      "{{ = }}",
      '{{ "\\q" }}',
    ]) {
      expect({ source, code: failure(source).code }).toEqual({ source, code: "SYNTAX" });
    }
  });
});

describe("the operators", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["1 + 2 * 3 - 4 / 2", 5],
    ["(1 + 2) * 3", 9],
    ["2 ** 3 ** 2", 512],
    ["-2 ** 2", -4],
    ["7 % 4", 3],
    ['"a" + 1 + null + true', "a1true"],
    ['1 + 2 + "a"', "3a"],
    ['"b" > "a" && 2 <= 2', true],
    ["[1, { a: null }] == [1, { a: null }]", true],
    ['1 == "1"', false],
    ["user.missing == null", true],
    ["null ?? user.missing ?? 3", 3],
    ['"" || "x"', "x"],
    ['0 && "x"', 0],
    ["![] || !{}", false],
    ["true ? 1 : false ? 2 : 3", 1],
    ["user?.nick?.deep.er", undefined],
    ["user.nick.x ?? 1", 1],
    ["user.nick.x | default(2)", 2],
    ["exists(user.nick.x[0].y)", false],
    ["user.name[0] + user.name.length", "A3"],
    ["list[5]", undefined],
    ['user["na" + "me"]', "Ada"],
    ["{ ...user, n: 4, gone: user.missing }", { name: "Ada", n: 4, nick: null }],
    ["[0, ...list, user.missing]", [0, 1, 2, 3, null]],
    ["{ user, [user.name]: 1 }.Ada", 1],
    ["rows.map(x => x.n).sort() | join('+')", "1+2"],
    ["rows | filter(r => r.n > 1) | map('k')", ["a"]],
    [
      "rows.map((x, i) => list.map(y => x.n * y + i))",
      [
        [2, 4, 6],
        [2, 3, 4],
      ],
    ],
    ["list.map(list => list + 1)", [2, 3, 4]],
    ["user.n > 2 ? user.name | upper : 'no'", "ADA"],
  ];
  for (const [source, result] of cases) {
    test(`give ${JSON.stringify(result)} for ${source}`, () => {
      const found = value(source);
      expect(found === undefined ? undefined : JSON.parse(JSON.stringify(found))).toEqual(result);
    });
  }

  test("refuse unlike types, and results that are no finite number", () => {
    for (const source of [
      '1 < "2"',
      "1 - true",
      "null * 2",
      "[] + []",
      "!1 > 2",
      "-user",
      "user[null]",
      "list.map(x => x.a.b)",
    ]) {
      expect({ source, code: failure(`{{ ${source} }}`).code }).toEqual({ source, code: "TYPE" });
    }
    for (const source of ["1 / 0", "0 / 0", "5 % 0", "1e308 * 10", "sqrt(-1)", "power(10, 400)"]) {
      expect({ source, code: failure(`{{ ${source} }}`).code }).toEqual({ source, code: "ARITHMETIC" });
    }
  });

  test("evaluate only the side that is needed", () => {
    expect(value("true || 1 / 0")).toBe(true);
    expect(value("1 ?? 1 / 0")).toBe(1);
    expect(value("false ? 1 / 0 : 2")).toBe(2);
    expect(value("user.nick?.slice(1 / 0)")).toBeUndefined();
  });
});

describe("a value with fields inside", () => {
  const compiled = (source: Json) => {
    const result = compileValue(source);
    if (result.kind === "refused") throw new Error(JSON.stringify(result.problems));
    return result;
  };
  const plain = (source: Json) => JSON.parse(JSON.stringify(compiled(source).evaluate(scope, createMeter())));

  test("leaves missing members out of objects and puts null in lists", () => {
    expect(
      plain({ a: "{{ user.missing }}", b: ["{{ user.missing }}", 1], c: { "{{ x }}": "n={{ user.n }}" } }),
    ).toEqual({
      b: [null, 1],
      c: { "{{ x }}": "n=3" },
    });
  });

  test("without any field is constant and is its own result", () => {
    const source = { a: [1, "x"] };
    const result = compiled(source);
    expect(result.isConstant).toBe(true);
    expect(result.evaluate({}, createMeter())).toBe(source);
    expect(compiled("{{ user }}").isConstant).toBe(false);
  });

  test("names the place of every field and every mistake", () => {
    expect(compiled({ "a/b": ["x", "{{ user }}"] }).templates.map(({ path }) => path)).toEqual(["/a~1b/1"]);
    const result = compileValue({ a: "{{ 1 + }}", b: ["{{ nope() }}"] });
    expect(result.kind === "refused" && result.problems.map(({ path, code }) => [path, code])).toEqual([
      ["/a", "SYNTAX"],
      ["/b/0", "UNKNOWN_FUNCTION"],
    ]);
  });

  test("pays for what it repeats", () => {
    const big = { text: "x".repeat(100_000) };
    const result = compiled(Array.from({ length: 60 }, () => "{{ big }}"));
    expect(() => result.evaluate({ big }, createMeter())).toThrow(ExpressionError);
  });
});

describe("references", () => {
  test("are the static paths that are read, each once", () => {
    const parsed = parseTemplate(
      "{{ steps.price.body[0].n + steps.price.body[1].n }} {{ trigger.rows.map(x => x.a + vars.b) }} {{ a[vars.k] }}",
    );
    if (parsed.kind === "refused") throw new Error(parsed.message);
    expect(references(parsed.template)).toEqual([
      ["steps", "price", "body"],
      ["trigger", "rows"],
      ["vars", "b"],
      ["a"],
      ["vars", "k"],
    ]);
  });
});

describe("a meter", () => {
  test("stops a shared budget over several evaluations", () => {
    const meter = createMeter({ steps: 1000 });
    const parsed = parseTemplate("{{ list.map(x => x * 2) }}");
    if (parsed.kind === "refused") throw new Error(parsed.message);
    const evaluate = compileTemplate(parsed.template);
    let count = 0;
    expect(() => {
      for (; count < 1000; count++) evaluate(scope, meter);
    }).toThrow("more work");
    expect(count).toBeGreaterThan(20);
    expect(() => evaluate(scope, meter)).toThrow(ExpressionError);
  });

  test("charges the same for the same evaluation", () => {
    const left = [1, 2].map(() => {
      const meter = createMeter();
      const parsed = parseTemplate("{{ rows.groupBy(x => x.k) | toJson }}");
      if (parsed.kind === "parsed") compileTemplate(parsed.template)(scope, meter);
      return [meter.steps, meter.bytes];
    });
    expect(left[0]).toEqual(left[1] ?? []);
  });
});

import { describe, expect, test } from "bun:test";
import type { JsonSchema } from "@dap/contract";
import { inferTemplate, inferValue, isAssignable, parseTemplate, type TypeEnv } from "../index";

const order: JsonSchema = {
  type: "object",
  required: ["sku", "n"],
  properties: {
    sku: { type: "string" },
    n: { type: "integer" },
    note: { type: "string" },
    lines: {
      type: "array",
      items: {
        type: "object",
        required: ["price", "qty"],
        properties: { price: { type: "number" }, qty: { type: "integer" } },
      },
    },
    size: { enum: ["s", "m"] },
    extra: { type: "object" },
    parent: { anyOf: [{ type: "null" }, { type: "object", required: ["id"], properties: { id: { type: "string" } } }] },
  },
};

const env: TypeEnv = {
  names: {
    trigger: { presence: "always", schema: { type: "object", required: ["body"], properties: { body: order } } },
    steps: {
      presence: "always",
      schema: true,
      steps: {
        price: {
          presence: "always",
          schema: {
            type: "object",
            required: ["status", "body"],
            properties: { status: { type: "integer" }, body: true },
          },
        },
        tell: {
          presence: "maybe",
          schema: { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } },
        },
      },
    },
    vars: { presence: "always", schema: true },
  },
};

function inferred(source: string) {
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused") throw new Error(parsed.message);
  return inferTemplate(parsed.template, env);
}
const problemsOf = (expression: string) =>
  inferred(`{{ ${expression} }}`).problems.map(({ code, severity, suggestion }) => [code, severity, suggestion]);

describe("the type of an expression", () => {
  const cases: readonly (readonly [string, JsonSchema])[] = [
    ["trigger.body.sku", { type: "string" }],
    ["trigger.body.n + 1", { type: "integer" }],
    ["trigger.body.n / 2", { type: "number" }],
    ['trigger.body.n + "x"', { type: "string" }],
    ["trigger.body.n > 2 && true", { type: "boolean" }],
    ['trigger.body.note ?? "none"', { type: "string" }],
    [
      "trigger.body.lines ?? []",
      {
        type: "array",
        items: {
          type: "object",
          properties: { price: { type: "number" }, qty: { type: "integer" } },
          required: ["price", "qty"],
          additionalProperties: false,
        },
      },
    ],
    ["(trigger.body.lines ?? []).map(x => x.price * x.qty)", { type: "array", items: { type: "number" } }],
    ["(trigger.body.lines ?? []).map(x => x.price * x.qty) | sum", { type: "number" }],
    ["(trigger.body.lines ?? []).filter(x => x.qty > 1).map('qty')", { type: "array", items: { type: "integer" } }],
    ["steps.price.body.anything.at.all", true],
    [
      "{ a: 1, b: trigger.body.sku }",
      {
        type: "object",
        properties: { a: { type: "integer" }, b: { type: "string" } },
        required: ["a", "b"],
        additionalProperties: false,
      },
    ],
    ['trigger.body.n > 1 ? "a" : "b"', { type: "string", enum: ["a", "b"] }],
    ["keys(vars)", { type: "array", items: { type: "string" } }],
    ["trigger.body.sku.length", { type: "integer" }],
  ];
  for (const [source, schema] of cases) {
    test(`of ${source} is known, and nothing is wrong with it`, () => {
      expect(inferred(`{{ ${source} }}`)).toEqual({ schema, presence: "always", problems: [] });
    });
  }

  test("says whether the value may be missing", () => {
    expect(inferred("{{ trigger.body.note }}").presence).toBe("maybe");
    expect(inferred("{{ steps.tell }}").presence).toBe("maybe");
    expect(inferred("{{ trigger.body.parent?.id }}").presence).toBe("maybe");
    expect(inferred("n: {{ trigger.body.note }}")).toMatchObject({
      presence: "always",
      problems: [{ code: "MAY_BE_MISSING", severity: "warning" }],
    });
  });

  test("follows what a test has shown", () => {
    for (const source of [
      'trigger.body.note ? trigger.body.note | upper : ""',
      "trigger.body.note != null && trigger.body.note.length > 2",
      "steps.tell == null || steps.tell.ok",
      "exists(steps.tell) ? steps.tell.ok : false",
      "!exists(trigger.body.parent) ? 1 : trigger.body.parent.id",
    ]) {
      expect({ source, problems: problemsOf(source) }).toEqual({ source, problems: [] });
    }
  });
});

describe("the checker", () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["triger.body", "UNKNOWN_NAME", "trigger"],
    ["trigger.body.skuu", "UNKNOWN_FIELD", "sku"],
    ["steps.prise.body", "UNKNOWN_STEP", "price"],
    ["steps.price.bdy", "UNKNOWN_FIELD", "body"],
    ["trigger.body.lines?.map(x => x.prize)", "UNKNOWN_FIELD", "price"],
    ["trigger.body.sku * 2", "WRONG_TYPE", undefined],
    ["trigger.body.n | upper", "WRONG_TYPE", undefined],
    ['trigger.body.n < "2"', "WRONG_TYPE", undefined],
    ["trigger.body + 1", "WRONG_TYPE", undefined],
    ["trigger.body.n.map(x => x)", "WRONG_TYPE", undefined],
    ["steps.tell.ok", "MAY_BE_MISSING", undefined],
    ["trigger.body.note | upper", "MAY_BE_MISSING", undefined],
    ["trigger.body.parent.id", "MAY_BE_MISSING", undefined],
    ["trigger.body.sku.name", "UNKNOWN_FIELD", undefined],
  ];
  for (const [source, code, suggestion] of cases) {
    test(`reports ${code} once for ${source}`, () => {
      expect(problemsOf(source)).toEqual([[code, "error", suggestion]]);
    });
  }

  test("is silent about what is unknown, and where a missing value is provided for", () => {
    for (const source of [
      "vars.a.b.c * 2 + vars.x",
      "(trigger.body.extra ?? {}).any.thing | upper",
      "steps.tell.ok ?? false",
      "steps.tell?.ok",
      "steps.tell.ok | default(1)",
      "exists(steps.tell.ok)",
      "vars[trigger.body.sku]",
    ]) {
      expect({ source, problems: problemsOf(source) }).toEqual({ source, problems: [] });
    }
  });

  test("places problems of a value by JSON Pointer", () => {
    const { problems, schema } = inferValue(
      { a: "{{ trigger.body.sku }}", b: ["{{ nope }}", "{{ 1 + }}"], c: "{{ trigger.body.note }}" },
      env,
    );
    expect(problems.map(({ path, code }) => [path, code])).toEqual([
      ["/b/0", "UNKNOWN_NAME"],
      ["/b/1", "SYNTAX"],
    ]);
    expect(schema).toMatchObject({ type: "object", required: ["a", "b"] });
  });
});

describe("a type", () => {
  const request: JsonSchema = {
    type: "object",
    required: ["url"],
    additionalProperties: false,
    properties: {
      url: { type: "string" },
      method: { enum: ["GET", "POST"] },
      retries: { type: "integer" },
      body: true,
    },
  };
  const fit = (value: string | object) =>
    isAssignable(inferValue(JSON.parse(JSON.stringify(value)), env).schema, request);

  test("fits what asks for no more", () => {
    expect(
      fit({ url: "{{ trigger.body.sku }}", method: "GET", retries: "{{ trigger.body.n / 2 }}", body: "{{ trigger }}" }),
    ).toEqual({ ok: true });
    expect(fit({ url: "{{ vars.x }}" })).toEqual({ ok: true });
    expect(isAssignable(true, request)).toEqual({ ok: true });
    expect(isAssignable({ type: ["string", "null"] }, { anyOf: [{ type: "null" }, { type: "string" }] })).toEqual({
      ok: true,
    });
  });

  test("does not fit, and tells where and why", () => {
    const reasons = [
      fit({ method: "GET" }),
      fit({ url: "{{ trigger.body.note }}" }),
      fit({ url: "{{ trigger.body.n }}" }),
      fit({ url: "x", method: "PUT" }),
      fit({ url: "x", urll: 1 }),
      isAssignable({ type: ["string", "null"] }, { type: "string" }),
      isAssignable({ type: "array", items: { type: "string" } }, { type: "array", items: { type: "number" } }),
    ];
    expect(reasons.map((result) => (result.ok ? "ok" : `${result.path}: ${result.reason}`))).toEqual([
      '/url: "url" is needed, but is missing',
      '/url: "url" is needed, but may be missing',
      "/url: this needs a text, but is a number",
      '/method: "PUT" is none of "GET", "POST"',
      '/urll: "urll" is not known here',
      ": this needs a text, but is null",
      "/0: this needs a number, but is a text",
    ]);
  });

  test("of a schema fits that schema again", () => {
    for (const schema of [
      order,
      request,
      { type: "array" },
      { type: "object" },
      { enum: ["a", 1, null] },
    ] as JsonSchema[]) {
      expect(isAssignable(schema, schema)).toEqual({ ok: true });
    }
  });
});

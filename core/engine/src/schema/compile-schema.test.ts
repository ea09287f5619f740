import { describe, expect, test } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import type { Json, JsonSchema } from "@dap/contract";
import fc from "fast-check";
import { compileSchema, validate } from "./compile-schema";
import { SchemaError } from "./error";

const pathsOf = (schema: JsonSchema, value: Json) => validate(compileSchema(schema), value).map(({ path }) => path);
const line: JsonSchema = {
  type: "object",
  required: ["sku", "n"],
  properties: { sku: { type: "string", minLength: 1, pattern: "^[a-z]+$" }, n: { type: "integer", minimum: 1 } },
  additionalProperties: false,
};

describe("a schema", () => {
  test("tells every fault with its place", () => {
    const schema: JsonSchema = {
      type: "object",
      properties: { lines: { type: "array", items: line }, "a/b": { type: "null" } },
    };
    const value = { lines: [{ sku: "a", n: 1 }, { sku: "A", n: 0, x: 1 }, {}], "a/b": 1 };
    expect(pathsOf(schema, value)).toEqual([
      "/lines/1/sku",
      "/lines/1/n",
      "/lines/1/x",
      "/lines/2",
      "/lines/2",
      "/a~1b",
    ]);
    expect(pathsOf(schema, { lines: [] })).toEqual([]);
  });

  test("stops at 20 faults", () => {
    expect(pathsOf({ type: "array", items: { type: "string" } }, Array(100).fill(1))).toHaveLength(20);
  });

  test("reads own fields only, whatever they are called", () => {
    const value: Json = JSON.parse('{"__proto__": {"a": 1}, "constructor": 5}');
    const schema: JsonSchema = JSON.parse(
      '{"required": ["toString"], "properties": {"constructor": {"type": "string"}}}',
    );
    expect(pathsOf(schema, value)).toEqual(["", "/constructor"]);
  });

  test("matches a hostile pattern in linear time", () => {
    const compiled = compileSchema({ type: "string", pattern: "^(a+)+$" });
    const startedAt = performance.now();
    expect(validate(compiled, `${"a".repeat(50_000)}!`)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 30_000);

  test("may refer to itself, but to nothing outside", () => {
    const tree: JsonSchema = {
      $ref: "#/$defs/node",
      $defs: { node: { type: "object", properties: { sub: { $ref: "#/$defs/node" } } } },
    };
    expect(pathsOf(tree, { sub: { sub: {} } })).toEqual([]);
    expect(pathsOf(tree, { sub: { sub: 1 } })).toEqual(["/sub/sub"]);
    expect(() => compileSchema({ $ref: "https://example.com/x" })).toThrow(SchemaError);
    expect(() => compileSchema({ $ref: "#/$defs/none" })).toThrow(SchemaError);
  });

  test("that goes in circles without taking anything refuses instead of hanging", () => {
    expect(validate(compileSchema({ $ref: "#" }), 1)).toHaveLength(1);
  });

  test("is refused when its keywords are not what they must be", () => {
    for (const schema of [
      { type: "text" },
      { required: "a" },
      { properties: 1 },
      { minimum: "1" },
      { pattern: "(" },
      { enum: 1 },
      { anyOf: [] },
    ])
      expect(() => compileSchema(schema as unknown as JsonSchema)).toThrow(SchemaError);
  });

  test("goes to the library for rare keywords, and then has no patterns", () => {
    const rare: JsonSchema = {
      type: "object",
      properties: { format: { type: "string" } },
      unevaluatedProperties: false,
    };
    expect(pathsOf(rare, { format: "x" })).toEqual([]);
    expect(pathsOf(rare, { format: 1 }).length).toBeGreaterThan(0);
    expect(pathsOf(rare, { other: 1 }).length).toBeGreaterThan(0);
    expect(() => compileSchema({ ...rare, pattern: "a" })).toThrow(SchemaError);
  });
});

/** Schemas over the common keywords, and values near them. */
const anySchema = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonSchema>(
      true,
      { type: "string" },
      { type: ["integer", "null"] },
      { type: "boolean" },
      { const: 1 },
      { enum: ["a", { a: 1 }] },
    ),
    fc.record({ minimum: fc.integer({ min: -2, max: 3 }), exclusiveMaximum: fc.integer({ min: 0, max: 4 }) }),
    fc.record({
      type: fc.constant("string" as const),
      minLength: fc.integer({ min: 0, max: 2 }),
      maxLength: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ items: tie("schema"), minItems: fc.integer({ min: 0, max: 2 }), uniqueItems: fc.boolean() }),
    fc.record({
      required: fc.subarray(["a", "b"]),
      properties: fc.dictionary(fc.constantFrom("a", "b"), tie("schema")),
      additionalProperties: tie("schema"),
    }),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }), not: tie("schema") }),
    fc.record({ if: tie("schema"), then: tie("schema"), else: tie("schema") }),
  ),
}));
const anyValue = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, "", "a", "ab", "😀", 0, 1, -1, 2.5),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
  ),
}));

test("closures and the library agree on every value", () => {
  let accepted = 0;
  fc.assert(
    fc.property(anySchema.schema, anyValue.value, (schema, value) => {
      const copy = JSON.parse(JSON.stringify(schema));
      const expected = new Validator(copy, "2020-12").validate(value).valid;
      accepted += Number(expected);
      expect(validate(compileSchema(schema), value).length === 0).toBe(expected);
    }),
    { numRuns: 1_500 },
  );
  expect(accepted).toBeGreaterThan(150);
}, 60_000);

import { describe, expect, test } from "bun:test";
import { orderWorkflow } from "../test-order";
import { inputSchemaOf, sampleOf } from "./sample";

describe("a sample of a schema", () => {
  test("uses examples, then defaults, then the plainest value of the type", () => {
    const schema = inputSchemaOf(JSON.parse(JSON.stringify(orderWorkflow)));
    expect(sampleOf(schema)).toEqual({ order: { sku: "tea-01", n: 2, lines: [{ sku: "text" }] } });
    expect(sampleOf({ type: "object", properties: { a: { default: 3 }, b: { enum: ["x", "y"] } } })).toEqual({
      a: 3,
      b: "x",
    });
    expect(sampleOf({ type: ["string", "null"], format: "date" })).toBe("2026-01-31");
    expect(sampleOf({ anyOf: [{ type: "integer", minimum: 5 }, { type: "null" }] })).toBe(5);
  });

  test("is an empty object where anything may come", () => {
    expect(sampleOf(true)).toEqual({});
    expect(sampleOf(undefined)).toEqual({});
    expect(inputSchemaOf("no document")).toBeUndefined();
  });

  test("ends, also for a schema that nests for ever", () => {
    const schema: Record<string, unknown> = { type: "object" };
    schema.properties = { self: schema };
    expect(JSON.stringify(sampleOf(schema)).length).toBeLessThan(400);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { shapeOf } from "./json-shape";

describe("the shape of a JSON text", () => {
  test("counts nesting, the widest object and all values, and nothing inside strings", () => {
    expect(shapeOf('{"a":[1,2,{"b":{}}],"c:,{[":"\\"{[,:"}')).toEqual({ depth: 4, keys: 2, values: 7 });
    expect(shapeOf("1")).toEqual({ depth: 0, keys: 0, values: 0 });
    expect(shapeOf("]]}}[")).toMatchObject({ depth: 1 });
    expect(shapeOf('"never ends \\')).toMatchObject({ depth: 0 });
  });

  test("has the depth and the width that the parsed value has, however it is written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
        const { depth, keys } = shapeOf(JSON.stringify(value, undefined, indent));
        expect([depth, keys]).toEqual([depthOf(value), widthOf(value)]);
      }),
    );
  });

  test("is found in much less time than parsing takes", () => {
    const wide = `{${Array.from({ length: 300_000 }, (_, n) => `"k${n}":1`)}}`;
    const startMs = performance.now();
    expect(shapeOf(wide)).toEqual({ depth: 1, keys: 300_000, values: 300_000 });
    expect(performance.now() - startMs).toBeLessThan(250);
  });
});

const childrenOf = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value) : [];
const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...childrenOf(value).map(depthOf)) : 0;
const widthOf = (value: unknown): number =>
  Math.max(0, Array.isArray(value) ? 0 : childrenOf(value).length, ...childrenOf(value).map(widthOf));

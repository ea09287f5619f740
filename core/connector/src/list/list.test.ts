import { describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import fc from "fast-check";
import { catalogue } from "../catalogue";
import { compareValues, isEqual, keyOf } from "../kit/compare";
import { valueAt } from "../kit/path";
import { computeStep } from "../test-step";

const keep = (items: Json[], condition: Record<string, Json>) =>
  computeStep("list.filter", { items, where: [condition] });
const anyJson = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>; // what it makes is JSON

describe("list.filter", () => {
  test("keeps what meets each operator", () => {
    const cases: [Json[], Record<string, Json>, Json[]][] = [
      [[1, 2, "2"], { operator: "equals", value: 2 }, [2]],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        { operator: "equals", value: { a: 1, b: 2 } },
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      ],
      [[1, 2], { operator: "notEquals", value: 2 }, [1]],
      [[1, 5, "9", null], { operator: "greater", value: 2 }, [5]],
      [[1, 2, 3], { operator: "greaterOrEqual", value: 2 }, [2, 3]],
      [["a", "b", "c"], { operator: "less", value: "b" }, ["a"]],
      [[1, 2, 3], { operator: "lessOrEqual", value: 2 }, [1, 2]],
      [["abc", ["b"], { b: 1 }, 5], { operator: "contains", value: "b" }, ["abc", ["b"], { b: 1 }]],
      [["abc", "x"], { operator: "notContains", value: "b" }, ["x"]],
      [["abc", "x"], { operator: "startsWith", value: "ab" }, ["abc"]],
      [["abc", "x"], { operator: "endsWith", value: "c" }, ["abc"]],
      [[1, 2, 3], { operator: "in", value: [1, 3] }, [1, 3]],
      [[1, 2, 3], { operator: "notIn", value: [1, 3] }, [2]],
      [["", null, [], {}, 0, false], { operator: "isEmpty" }, ["", null, [], {}]],
      [["", null, 0, false], { operator: "isNotEmpty" }, [0, false]],
    ];
    for (const [items, condition, kept] of cases)
      expect([condition, keep(items, condition)]).toEqual([condition, kept]);
  });

  test("looks into fields by dotted paths, and joins conditions by all or any", () => {
    const items = [{ a: { b: [5] }, c: 1 }, { a: { b: [6] }, c: 2 }, { c: 1 }];
    expect(keep(items, { field: "a.b.0", operator: "equals", value: 6 })).toEqual([items[1] ?? null]);
    const where = [
      { field: "a.b.0", operator: "equals", value: 6 },
      { field: "c", operator: "equals", value: 1 },
    ];
    expect(computeStep("list.filter", { items, where })).toEqual([]);
    expect(computeStep("list.filter", { items, where, match: "any" })).toEqual(items);
  });

  test("reads own properties only", () => {
    expect(keep([{}, "x", []], { field: "constructor", operator: "isNotEmpty" })).toEqual([]);
    expect(keep([{}], { field: "__proto__", operator: "isNotEmpty" })).toEqual([]);
    expect(valueAt("abc", "length")).toBeUndefined();
    expect(valueAt([1], "length")).toBeUndefined();
    expect(valueAt(JSON.parse('{"__proto__": {"x": 1}}'), "__proto__.x")).toBe(1);
    expect(valueAt({ "a.b": 1, a: { b: 2 } }, "a.b")).toBe(1);
  });
});

describe("list.sort", () => {
  test("orders by several fields, keeps the order of equals, and puts missing values last either way", () => {
    const items = [{ n: 2, s: "b" }, { n: 1, s: "B" }, { n: 2, s: "a" }, { s: "z" }, { n: null, s: "y" }];
    const by = [{ field: "n", direction: "descending" }, { field: "s" }];
    expect(computeStep("list.sort", { items, by })).toEqual([
      { n: 2, s: "a" },
      { n: 2, s: "b" },
      { n: 1, s: "B" },
      { n: null, s: "y" },
      { s: "z" },
    ]);
    expect(computeStep("list.sort", { items: ["b", "A", "a"], by: [{ ignoreCase: true }] })).toEqual(["A", "a", "b"]);
    expect(computeStep("list.sort", { items: [10, 9, "10", true, null] })).toEqual([true, 9, 10, "10", null]);
  });

  test("compares any values in one total order", () => {
    fc.assert(
      fc.property(anyJson, anyJson, anyJson, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe("list.aggregate", () => {
  const items = [{ k: "a", n: 2 }, { k: "b", n: 5 }, { k: "a", n: 4 }, { k: "a" }];
  const values = {
    rows: { operation: "count" },
    given: { operation: "count", field: "n" },
    kinds: { operation: "countUnique", field: "k" },
    sum: { operation: "sum", field: "n" },
    mean: { operation: "average", field: "n" },
    low: { operation: "min", field: "n" },
    high: { operation: "max", field: "n" },
    first: { operation: "first", field: "n" },
    last: { operation: "last", field: "n" },
    all: { operation: "collect", field: "n" },
  };

  test("computes every operation over the values that are there", () => {
    expect(computeStep("list.aggregate", { items, values })).toEqual({
      rows: 4,
      given: 3,
      kinds: 2,
      sum: 11,
      mean: 11 / 3,
      low: 2,
      high: 5,
      first: 2,
      last: 4,
      all: [2, 5, 4],
    });
    expect(computeStep("list.aggregate", { items: [], values })).toEqual({
      rows: 0,
      given: 0,
      kinds: 0,
      sum: 0,
      mean: null,
      low: null,
      high: null,
      first: null,
      last: null,
      all: [],
    });
  });

  test("groups in order of appearance", () => {
    expect(
      computeStep("list.aggregate", { items, groupBy: ["k"], values: { n: { operation: "sum", field: "n" } } }),
    ).toEqual([
      { k: "a", n: 6 },
      { k: "b", n: 5 },
    ]);
  });

  test("fails rather than adding up what is no number", () => {
    const sum = { s: { operation: "sum" } };
    expect(computeStep("list.aggregate", { items: [1, "2"], values: sum })).toBe("fault NOT_A_NUMBER");
    expect(computeStep("list.aggregate", { items: [1e308, 1e308], values: sum })).toBe("fault NOT_A_NUMBER");
  });

  test("knows the shape of its output from the names in the document", () => {
    const output = catalogue.get("list.aggregate")?.output;
    if (typeof output !== "function") throw new Error("expected a function");
    const total = { total: { operation: "sum", field: "n" } };
    expect(output({ items: "{{ x }}", values: total })).toEqual({
      type: "object",
      properties: { total: { type: "number" } },
      required: ["total"],
    });
    expect(output({ items: "{{ x }}", values: total, groupBy: ["k"] })).toMatchObject({
      type: "array",
      items: { required: ["k", "total"] },
    });
    for (const unknown of ["{{ x }}", { values: "{{ x }}" }, { values: total, groupBy: "{{ x }}" }, null])
      expect(output(unknown)).toBe(true);
    expect(output({ values: total, groupBy: ["{{ x }}"] })).toEqual({ type: "array" });
  });
});

describe("the other list steps", () => {
  test("remove duplicates, cut, choose and flatten", () => {
    expect(computeStep("list.unique", { items: [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1 }, "1", 1] })).toEqual([
      { a: 1, b: 2 },
      { a: 1 },
      "1",
      1,
    ]);
    expect(
      computeStep("list.unique", {
        items: [
          { a: 1, b: 1 },
          { a: 1, b: 2 },
        ],
        by: ["a"],
      }),
    ).toEqual([{ a: 1, b: 1 }]);
    expect(computeStep("list.split", { items: [], size: 3 })).toEqual([]);
    expect(computeStep("list.slice", { items: [1, 2, 3], start: -2 })).toEqual([2, 3]);
    expect(computeStep("list.slice", { items: [1, 2, 3], start: -9, count: 1 })).toEqual([1]);
    expect(computeStep("list.select", { items: [{ a: { b: 1 } }, {}], fields: { x: "a.b" } })).toEqual([
      { x: 1 },
      { x: null },
    ]);
    expect(computeStep("list.find", { items: [1], where: [{ operator: "equals", value: 2 }] })).toEqual({
      item: null,
      index: -1,
    });
  });

  test("join two lists by a key, the item's own fields winning", () => {
    const others = [
      { sku: "a", price: 5, n: 0 },
      { sku: "a", price: 6 },
    ];
    const items = [
      { sku: "a", n: 2 },
      { sku: "c", n: 1 },
    ];
    expect(computeStep("list.join", { items, with: others, key: "sku" })).toEqual([
      { sku: "a", price: 5, n: 2 },
      { sku: "c", n: 1 },
    ]);
    expect(computeStep("list.join", { items, with: others, key: "sku", keepUnmatched: false })).toEqual([
      { sku: "a", price: 5, n: 2 },
    ]);
    expect(computeStep("list.join", { items: [1], with: [1], key: "" })).toBe("fault NOT_AN_OBJECT");
  });

  test("keep keys named like a prototype as data", () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 1}');
    expect(JSON.stringify(computeStep("list.join", { items: [hostile], with: [hostile], key: "constructor" }))).toBe(
      JSON.stringify([hostile]),
    );
    computeStep("list.select", { items: [hostile], fields: JSON.parse('{"__proto__": "__proto__"}') });
    computeStep("list.aggregate", {
      items: [hostile],
      groupBy: ["__proto__"],
      values: JSON.parse('{"__proto__": {"operation": "count"}}'),
    });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("tell values apart exactly as equality does", () => {
    fc.assert(fc.property(anyJson, anyJson, (a, b) => expect(keyOf(a) === keyOf(b)).toBe(isEqual(a, b))));
    fc.assert(fc.property(anyJson, (a) => expect(isEqual(a, JSON.parse(JSON.stringify(a)))).toBe(true)));
  });
});

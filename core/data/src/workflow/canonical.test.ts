import { describe, expect, test } from "bun:test";
import { type JsonObject, parseWorkflow, type Workflow } from "@dap/contract";
import fc from "fast-check";
import { exampleWorkflow } from "../setup/example";
import { canonicalText } from "./canonical";
import { readDocument } from "./document";

/** The same JSON with every object's keys in another order. Keys that are the author's stay where they are. */
const shuffled = (value: unknown, turn: number, isNamed = false): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, turn));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => [
    key,
    ["with", "output", "pin", "input"].includes(key) ? field : shuffled(field, turn, key === "branches"),
  ]);
  if (isNamed) return Object.fromEntries(entries);
  const at = turn % Math.max(entries.length, 1);
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)].reverse());
};

const nested: Workflow = {
  ...exampleWorkflow,
  concurrency: { limit: 2, key: "a" },
  steps: [
    {
      id: "all",
      use: "parallel",
      branches: {
        left: [{ id: "one", use: "transform.set", with: { z: 1, a: 2 }, retry: { attemptsMax: 2, factor: 3 } }],
        right: [{ id: "two", use: "switch", value: "{{ 1 }}", cases: [{ is: 1, steps: [] }], default: [] }],
      },
      onError: { steps: [{ id: "three", use: "fail", with: { message: "no" } }] },
    },
  ],
};

describe("the stored text of a document", () => {
  test("is the same whatever order its fields came in", () => {
    for (const document of [exampleWorkflow, nested])
      for (let turn = 0; turn < 12; turn += 1)
        expect(canonicalText(shuffled(document, turn) as Workflow)).toBe(canonicalText(document));
  });

  test("loses nothing", () => {
    for (const document of [exampleWorkflow, nested])
      expect(JSON.parse(canonicalText(document))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test("keeps the author's order of keys in data, and every key, whatever it is called", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const data = { first: value, __proto: 1, then: value } as JsonObject;
        const step = { id: "a", use: "transform.set", with: data } as const;
        const text = canonicalText({ ...exampleWorkflow, steps: [step], output: value as JsonObject });
        expect(text).toContain(`"with":${JSON.stringify(data)}`);
        expect(text).toContain(`"output":${JSON.stringify(value)}`);
      }),
    );
  });

  test("keeps a key called __proto__ as data", () => {
    const text = `{"dap":1,"name":"x","trigger":{"kind":"manual"},"steps":[{"id":"a","use":"transform.set","with":{"__proto__":{"admin":true}}}]}`;
    const read = readDocument(JSON.parse(text));
    expect(read.kind === "read" && read.text).toBe(text);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test("is a document again", () => {
    expect(parseWorkflow(JSON.parse(canonicalText(nested))).kind).toBe("parsed");
  });
});

describe("a document from outside", () => {
  const problemsOf = (value: unknown) => {
    const read = readDocument(value);
    return read.kind === "refused" ? read.problems.map(({ path, code }) => `${code} ${path}`) : [];
  };

  test("is refused with every fault of its structure", () => {
    expect(problemsOf({ ...exampleWorkflow, name: "", more: 1 })).toEqual(["STRUCTURE /more", "STRUCTURE /name"]);
    expect(problemsOf([])).toEqual(["STRUCTURE "]);
  });

  test("is refused when its name cannot be shown", () => {
    expect(problemsOf({ ...exampleWorkflow, name: "a\u0000b" })).toEqual(["STRUCTURE /name"]);
    expect(problemsOf({ ...exampleWorkflow, name: "a\ud800b" })).toEqual(["STRUCTURE /name"]);
  });

  test("is refused over one mebibyte", () => {
    expect(problemsOf({ ...exampleWorkflow, output: "x".repeat(1_048_576) })).toEqual(["LIMIT "]);
    expect(problemsOf({ ...exampleWorkflow, output: "x".repeat(1_040_000) })).toEqual([]);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseWithPlaces } from "../json/place";
import { orderWorkflow } from "../test-order";
import { nodeAt, outlineOf } from "./outline";

describe("the outline", () => {
  test("lists trigger, steps with their branches, and output, with levels", () => {
    const lines = outlineOf(JSON.parse(JSON.stringify(orderWorkflow))).map(
      ({ level, title, note, position, siblings }) => `${level} ${title} ${note} ${position}/${siblings}`,
    );
    expect(lines).toEqual([
      "1 Trigger webhook 1/6",
      "1 price http.request 2/6",
      "1 total transform.set 3/6",
      "1 big if 4/6",
      "2 then  1/2",
      "3 tell http.request 1/1",
      "2 else  2/2",
      "3 note transform.set 1/1",
      "1 each forEach 5/6",
      "2 book http.request 1/1",
      "1 Output  6/6",
    ]);
  });

  test("shows cases, named branches, catch and the error handler", () => {
    const outline = outlineOf({
      steps: [
        { id: "s", use: "switch", cases: [{ is: "a", steps: [{ id: "x", use: "wait" }] }], default: [] },
        { id: "p", use: "parallel", branches: { "a/b": [] } },
        { id: "t", use: "try", steps: [{ id: "y", use: "fail" }], catch: [], onError: { steps: [] } },
      ],
    });
    expect(outline.map(({ title, pointer }) => [title, pointer])).toEqual([
      ["s", "/steps/0"],
      ['is "a"', "/steps/0/cases/0/steps"],
      ["x", "/steps/0/cases/0/steps/0"],
      ["default", "/steps/0/default"],
      ["p", "/steps/1"],
      ["a/b", "/steps/1/branches/a~1b"],
      ["t", "/steps/2"],
      ["y", "/steps/2/steps/0"],
      ["catch", "/steps/2/catch"],
      ["on error", "/steps/2/onError/steps"],
    ]);
  });

  test("takes any JSON, and points only at places that exist", () => {
    const leaf = fc.constantFrom<unknown>("if", "forEach", "try", "switch", "parallel", 1, null, [], {});
    const key = fc.constantFrom(
      "steps",
      "then",
      "else",
      "cases",
      "branches",
      "use",
      "trigger",
      "output",
      "onError",
      "catch",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "medium" },
        leaf,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(key, tie("tree")),
      ),
    }));
    fc.assert(
      fc.property(tree, (document) => {
        const parsed = parseWithPlaces(JSON.stringify(document));
        if (parsed.kind === "refused") throw new Error(parsed.message);
        for (const { pointer } of outlineOf(parsed.value)) expect(parsed.places.has(pointer)).toBe(true);
      }),
    );
  });

  test("finds the innermost line of a place", () => {
    const outline = outlineOf(JSON.parse(JSON.stringify(orderWorkflow)));
    expect(nodeAt(outline, "/steps/2/then/0/with/url")?.title).toBe("tell");
    expect(nodeAt(outline, "/steps/2/when")?.title).toBe("big");
    expect(nodeAt(outline, "/steps/20")).toBeUndefined();
    expect(nodeAt(outline, "/name")).toBeUndefined();
  });
});

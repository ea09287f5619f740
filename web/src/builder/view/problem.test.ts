import { describe, expect, test } from "bun:test";
import { parseWithPlaces } from "../json/place";
import { countErrors, helpOf, placeProblems, sentence } from "./problem";

const text = '{\n  "steps": [\n    { "id": "a" }\n  ]\n}';
const error = { code: "X", message: "No.", severity: "error" as const };

describe("problems of a document", () => {
  test("stand in the order of the text, with their lines", () => {
    const placed = placeProblems(text, parseWithPlaces(text), [
      { ...error, path: "/steps/0/use" },
      { ...error, path: "/name", severity: "warning" },
    ]);
    expect(placed.map(({ path, line }) => [path, line])).toEqual([
      ["/name", 1],
      ["/steps/0/use", 3],
    ]);
    expect(countErrors(placed)).toBe(1);
  });

  test("are one while the text is not JSON: the place where reading stops", () => {
    const broken = text.replace("]", "");
    expect(placeProblems(broken, parseWithPlaces(broken), [{ ...error, path: "" }])).toMatchObject([
      { code: "NOT_JSON", line: 5 },
    ]);
  });

  test("are said in sentences, with what was probably meant", () => {
    expect(sentence('there is no step "gret"')).toBe('There is no step "gret".');
    expect(helpOf({ ...error, path: "", suggestion: "greet" })).toBe("Did you mean greet?");
    expect(helpOf({ ...error, path: "", suggestion: "Use one of: a, b." })).toBe("Use one of: a, b.");
    expect(helpOf({ ...error, path: "" })).toBeUndefined();
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { tokenizeLine } from "./token";

const kinds = (line: string) =>
  tokenizeLine(line)
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, text }) => `${kind} ${text}`);

describe("a line of JSON", () => {
  test("has keys, values and marks", () => {
    expect(kinds('  "a" : [1.5e3, true, "b"],')).toEqual([
      'key "a"',
      "mark :",
      "mark [",
      "number 1.5e3",
      "mark ,",
      "word true",
      "mark ,",
      'string "b"',
      "mark ]",
      "mark ,",
    ]);
  });

  test("shows expressions inside strings", () => {
    expect(kinds('"Hi {{ a.b }}, bye"')).toEqual(['string "Hi ', "expression {{ a.b }}", 'string , bye"']);
    expect(kinds('"{{ open"')).toEqual(['string "', "expression {{ open", 'string "']);
  });

  test("marks what JSON does not know", () => {
    expect(kinds("'x' undefined \"open")).toEqual(["bad '", "bad x", "bad '", "bad undefined", 'bad "open']);
  });

  test("is all of its tokens, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const line = text.replaceAll("\n", " ");
        const joined = tokenizeLine(line)
          .map((token) => token.text)
          .join("");
        expect(joined).toBe(line);
      }),
    );
  });
});

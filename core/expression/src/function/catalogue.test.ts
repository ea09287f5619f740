import { describe, expect, test } from "bun:test";
import { compileTemplate } from "../evaluate/compile-template";
import { createMeter } from "../meter";
import { parseTemplate } from "../syntax/parse-template";
import { functionCatalogue } from "./catalogue";

function evaluate(source: string): unknown {
  const parsed = parseTemplate(`{{ ${source} }}`);
  if (parsed.kind === "refused") throw new Error(`${source}: ${parsed.message}`);
  return compileTemplate(parsed.template)({}, createMeter());
}

/** Objects of the language have no prototype; JSON makes them comparable. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

describe("the catalogue of functions", () => {
  for (const { name, examples } of functionCatalogue) {
    for (const { source, result } of examples) {
      test(`says truly what ${name} gives: ${source}`, () => {
        expect(plain(evaluate(source))).toEqual(result);
      });
    }
  }

  test("documents every function with a description, a signature and an example", () => {
    for (const { name, description, signature, examples } of functionCatalogue) {
      expect({
        name,
        isComplete: description.endsWith(".") && signature.startsWith(name) && examples.length > 0,
      }).toEqual({
        name,
        isComplete: true,
      });
    }
    expect(functionCatalogue.length).toBeGreaterThan(80);
  });

  test("names every function once, aliases included", () => {
    const names = functionCatalogue.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

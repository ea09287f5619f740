import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findPlace, lineOf, parseWithPlaces } from "./place";

const refusal = (text: string) => {
  const parsed = parseWithPlaces(text);
  return parsed.kind === "refused" ? [parsed.offset, parsed.message] : undefined;
};

describe("reading a document with places", () => {
  test("gives what JSON.parse gives, and every place holds the text of its value", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        const parsed = parseWithPlaces(text);
        if (parsed.kind === "refused") throw new Error(parsed.message);
        expect(JSON.stringify(parsed.value)).toBe(JSON.stringify(JSON.parse(text)));
        expect(JSON.parse(text.slice(parsed.places.get("")?.start, parsed.places.get("")?.end))).toEqual(
          JSON.parse(text),
        );
        for (const [pointer, place] of parsed.places) {
          const inner = text.slice(place.start, place.end);
          expect(JSON.stringify(JSON.parse(inner))).toBe(JSON.stringify(at(JSON.parse(text), pointer)));
        }
      }),
    );
  });

  test("refuses exactly what JSON.parse refuses", () => {
    const character = fc.constantFrom(...'{}[]:,"\\ntrue01.-e '.split(""));
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        expect(parseWithPlaces(text).kind === "parsed").toBe(isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("says where and why it stops", () => {
    expect(refusal('{"a": 1,}')).toEqual([8, "There is a comma before this brace; take it away."]);
    expect(refusal('{"a" 1}')).toEqual([5, 'Expected ":" after the name here.']);
    expect(refusal("{'a': 1}")).toEqual([1, "Expected a name in double quotes here."]);
    expect(refusal('{"a": yes}')).toEqual([6, '"yes" is not a value. Texts stand in double quotes.']);
    expect(refusal('{"a": [1, 2')).toEqual([6, "This is never closed."]);
    expect(refusal('{"a": "b\n"}')).toEqual([6, "This text has no closing quote."]);
    expect(refusal("")).toEqual([0, "The document ends too early: something is not closed."]);
    expect(refusal("1 2")).toEqual([2, "There is something after the end of the document."]);
  });

  test("does not fall over deep nesting", () => {
    expect(refusal("[".repeat(100_000))?.[1]).toBe("This is nested too deeply.");
  });

  test("keeps a name like __proto__ as data", () => {
    const parsed = parseWithPlaces('{"__proto__": 1}');
    expect(parsed.kind === "parsed" && JSON.stringify(parsed.value)).toBe('{"__proto__":1}');
  });
});

describe("a place", () => {
  test("of a missing field is that of what should have it", () => {
    const parsed = parseWithPlaces('{"steps": [{"id": "a"}]}');
    if (parsed.kind === "refused") throw new Error(parsed.message);
    expect(findPlace(parsed.places, "/steps/0/use")?.start).toBe(11);
    expect(findPlace(parsed.places, "/nothing/here")?.start).toBe(0);
  });

  test("has a line and a column from 1", () => {
    expect(lineOf("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
    expect(lineOf("ab", 0)).toEqual({ line: 1, column: 1 });
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function at(value: unknown, pointer: string): unknown {
  const tokens = pointer.split("/").slice(1);
  return tokens.reduce<unknown>((inner, token) => {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    return typeof inner === "object" && inner !== null
      ? Object.getOwnPropertyDescriptor(inner, name)?.value
      : undefined;
  }, value);
}

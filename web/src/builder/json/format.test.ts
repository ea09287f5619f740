import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatJson } from "./format";

describe("formatting JSON", () => {
  test("keeps small things on one line and breaks the rest", () => {
    const step = { id: "a", use: "wait", durationMs: 5 };
    expect(formatJson({ name: "W", trigger: { kind: "manual" }, steps: [step, step], empty: {} })).toBe(
      [
        "{",
        '  "name": "W",',
        '  "trigger": { "kind": "manual" },',
        '  "steps": [',
        '    { "id": "a", "use": "wait", "durationMs": 5 },',
        '    { "id": "a", "use": "wait", "durationMs": 5 }',
        "  ],",
        '  "empty": {}',
        "}",
      ].join("\n"),
    );
    expect(formatJson(["x".repeat(100)])).toBe(`[\n  "${"x".repeat(100)}"\n]`);
  });

  test("changes nothing but white space", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text);
        expect(JSON.stringify(JSON.parse(formatJson(value)))).toBe(JSON.stringify(value));
      }),
    );
  });
});

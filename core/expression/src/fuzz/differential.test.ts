import { describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import fc from "fast-check";
import {
  compileTemplate,
  createMeter,
  ExpressionError,
  type ExpressionErrorCode,
  parseTemplate,
  type Scope,
} from "../index";
import { soleExpression } from "../syntax/ast";
import { anyCall } from "./test-call";
import { anyExpression } from "./test-expression";
import { interpret, Refusal, show } from "./test-interpreter";

const scope: Scope = {
  a: 2,
  data: {
    n: 7,
    a: { b: [1, 2] },
    o: { toString: "own" },
    items: [
      { name: "one", n: 1, a: "x" },
      { name: "two", n: 2, b: null },
    ],
  },
  list: [3, "b", null, { n: 1 }, [4]],
  nothing: null,
};
const names = new Map<string, unknown>(Object.entries(scope));

/** `-0` is not told from `0`: JSON does not either. */
const plain = (value: unknown): string => (value === undefined ? "missing" : JSON.stringify(value));

function evaluated(source: string): string {
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused") return `refused ${parsed.code}`;
  return outcomeOf(() => compileTemplate(parsed.template)(scope, createMeter({ steps: 50_000, bytes: 200_000 })));
}

function outcomeOf(run: () => unknown): string {
  try {
    return plain(run());
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof Refusal) return `error ${error.code}`;
    throw error;
  }
}

const budget: readonly ExpressionErrorCode[] = ["BUDGET_BYTES", "BUDGET_STEPS", "TOO_DEEP"];
const isBudget = (outcome: string) => budget.some((code) => outcome === `error ${code}`);
const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 3000) };

describe("the evaluator", () => {
  test("agrees with the reference interpreter on every expression", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyExpression, (expression) => {
        const source = `{{ ${expression} }}`;
        const parsed = parseTemplate(source);
        if (parsed.kind === "refused") return;
        const sole = soleExpression(parsed.template);
        if (!sole) throw new Error("not one expression");
        const actual = evaluated(source);
        if (isBudget(actual)) return;
        const expected = outcomeOf(() => interpret(sole, names, new Map()));
        seen.set(expected.slice(0, 7), (seen.get(expected.slice(0, 7)) ?? 0) + 1);
        expect({ source, actual }).toEqual({ source, actual: expected });
      }),
      runs,
    );
    // The generator is worth something only if it reaches values as well as errors.
    const failed = seen.get("error T") ?? 0;
    const all = [...seen.values()].reduce((sum, count) => sum + count, 0);
    expect(all).toBeGreaterThan(runs.numRuns / 2);
    expect(failed).toBeLessThan(all * 0.7);
    expect(failed).toBeGreaterThan(all * 0.05);
  });

  test("prints expressions into text as the reference does", () => {
    fc.assert(
      fc.property(anyExpression, anyExpression, (first, second) => {
        const holes = [first, second].map((each) => parseTemplate(`{{ ${each} }}`));
        const source = `a {{ ${first} }}{{ ${second} }} b`;
        const actual = evaluated(source);
        if (isBudget(actual) || holes.some((hole) => hole.kind === "refused")) return;
        const expected = outcomeOf(() => {
          const texts = holes.map((hole) => {
            const sole = hole.kind === "parsed" ? soleExpression(hole.template) : undefined;
            return sole ? show(interpret(sole, names, new Map())) : "";
          });
          return `a ${texts.join("")} b`;
        });
        expect({ source, actual }).toEqual({ source, actual: expected });
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  });

  const prototypes = () =>
    JSON.stringify(
      [Object.prototype, Array.prototype, String.prototype].map((each) => Reflect.ownKeys(each).map(String)),
    );

  test("throws ExpressionError or returns JSON for any call of any function", () => {
    const before = prototypes();
    let values = 0;
    fc.assert(
      fc.property(anyCall, (expression) => {
        const parsed = parseTemplate(`{{ ${expression} }}`);
        if (parsed.kind === "refused") return;
        const value = resultOf(() => compileTemplate(parsed.template)(scope, createMeter()));
        if (value === undefined) return;
        values++;
        expect({ expression, copy: JSON.stringify(JSON.parse(JSON.stringify(value))) }).toEqual({
          expression,
          copy: JSON.stringify(value),
        });
        expect({ expression, isFinite: isJson(value) }).toEqual({ expression, isFinite: true });
      }),
      { numRuns: runs.numRuns * 2 },
    );
    expect(values).toBeGreaterThan(runs.numRuns / 2);
    expect(prototypes()).toBe(before);
  });

  test("refuses or parses any text, and never fails otherwise", () => {
    const scrap = fc.constantFrom(
      "{{",
      "}}",
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      '"',
      "'",
      "a",
      ".",
      "?.",
      "=>",
      "|",
      "map",
      ",",
      ":",
      "?",
      "1",
      "\\",
      " ",
      "…",
      "\u0000",
      "...",
      "`",
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 25 }), (parts) => {
        const source = `{{${parts.join("")}`;
        const outcome = evaluated(source);
        expect(typeof outcome).toBe("string");
      }),
      { numRuns: runs.numRuns * 2 },
    );
  });
});

function resultOf(run: () => Json | undefined): Json | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** Only what JSON carries, at every depth: no `undefined`, no infinite number, no function. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  return Object.values(value).every(isJson);
}

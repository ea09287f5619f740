import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { computeStep } from "../test-step";

const step = (name: string, input: Record<string, string | number | boolean | (string | null)[]>) =>
  computeStep(`text.${name}`, input);

describe("text steps", () => {
  test("change case in every style, beyond ASCII too", () => {
    const text = "Größe desÖls_v2 ok";
    expect(
      ["upper", "lower", "sentence", "title", "camel", "pascal", "kebab", "snake"].map((to) =>
        step("changeCase", { text, to }),
      ),
    ).toEqual([
      "GRÖSSE DESÖLS_V2 OK",
      "größe desöls_v2 ok",
      "Größe desöls_v2 ok",
      "Größe Desöls_V2 Ok",
      "größeDesÖlsV2Ok",
      "GrößeDesÖlsV2Ok",
      "größe-des-öls-v2-ok",
      "größe_des_öls_v2_ok",
    ]);
  });

  test("replace letter by letter, with no pattern on either side", () => {
    expect(step("replace", { text: "a.b.c", find: ".", replacement: "$&$1" })).toBe("a$&$1b$&$1c");
    expect(step("replace", { text: "a".repeat(20_000), find: "a", replacement: "b".repeat(2_000) })).toBe(
      "fault TEXT_TOO_LONG",
    );
  });

  test("cut without tearing a character in two", () => {
    expect(step("trim", { text: " 👍🏽👍👍👍 ", charactersMax: 3, ending: "" })).toBe("👍🏽👍");
    expect(step("trim", { text: "abc", charactersMax: 3 })).toBe("abc");
    expect(step("trim", { text: "abcd", charactersMax: 1, ending: "..." })).toBe(".");
  });

  test("find what stands between two markers", () => {
    expect(step("between", { text: "a[b]c[d]", after: "[", before: "]" })).toBe("b");
    expect(step("between", { text: "abc", after: "x" })).toBeNull();
    expect(step("between", { text: "abc", after: "a", before: "x" })).toBeNull();
    expect(step("between", { text: "abc", after: "b" })).toBe("c");
  });

  test("join, measure and make slugs", () => {
    expect(step("join", { items: ["a", null, "b"], separator: "-" })).toBe("a--b");
    expect(step("measure", { text: "👍a" })).toBe(2);
    expect(step("measure", { text: "a\r\nb\n", unit: "lines" })).toBe(3);
    expect(step("slug", { text: "  Crème brûlée: №1 " })).toBe("creme-brulee-no1");
  });

  test("decode what they encoded, for any text", () => {
    const text = fc.string({ unit: "binary" });
    for (const as of ["base64", "base64url", "hex", "url"]) {
      fc.assert(
        fc.property(text, (one) =>
          expect(step("decode", { text: step("encode", { text: one, as }) as string, from: as })).toBe(one),
        ),
      );
    }
  });

  test("refuse what cannot be decoded", () => {
    for (const [from, text] of [
      ["base64", "a*b"],
      ["hex", "abc"],
      ["hex", "zz"],
      ["base64", "/w=="],
      ["url", "%zz"],
      ["base64url", "a+b"],
    ]) {
      expect([from, step("decode", { text: text ?? "", from: from ?? "" })]).toEqual([from, "fault TEXT_INVALID"]);
    }
    expect(step("encode", { text: "\ud800", as: "url" })).toBe("fault TEXT_INVALID");
  });
});

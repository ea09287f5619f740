import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseEmail } from "./email-address";

describe("an email address", () => {
  test("keeps its spelling and is unique by its lower-case form", () => {
    expect(parseEmail("  Ann.Lee@Example.COM ")).toEqual({
      raw: "Ann.Lee@Example.COM",
      canonical: "ann.lee@example.com",
    });
  });

  test("has its domain in IDNA form", () => {
    expect(parseEmail("ann@Bücher.example")?.canonical).toBe("ann@xn--bcher-kva.example");
  });

  test("is not folded beyond ASCII, so that look-alikes stay apart", () => {
    const kelvin = parseEmail("\u212Aim@example.com")?.canonical;
    expect(kelvin).not.toBe(parseEmail("kim@example.com")?.canonical);
    expect(parseEmail("josé@example.com")?.canonical).not.toBe(parseEmail("jose@example.com")?.canonical);
  });

  test.each([
    "",
    "ann",
    "@example.com",
    "ann@",
    "ann@localhost",
    "ann@127.0.0.1",
    "ann@[::1]",
    "a b@example.com",
    "ann@exa mple.com",
    "ann@example..com",
    "ann@-example.com",
    ".ann@example.com",
    "a..n@example.com",
    '"ann"@example.com',
    "ann@example.com\r\nBcc: eve@example.com",
    "ann\u0000@example.com",
    "ann<eve@example.com>",
    `${"a".repeat(65)}@example.com`,
    `ann@${"a.".repeat(130)}com`,
  ])("is refused: %j", (text) => {
    expect(parseEmail(text)).toBeUndefined();
  });

  test("is its own canonical form once canonical", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (text) => {
        const address = parseEmail(text);
        if (address) expect(parseEmail(address.canonical)?.canonical).toBe(address.canonical);
      }),
    );
  });
});

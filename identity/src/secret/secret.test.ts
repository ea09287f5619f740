import { describe, expect, test } from "bun:test";
import { hashToken, newToken } from "./opaque-token";
import { createSealer } from "./seal";

describe("an opaque token", () => {
  test("has 256 random bits and is stored as a hash of them", () => {
    const token = newToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(newToken()).not.toBe(token);
    expect(hashToken(token)).toHaveLength(32);
    expect(hashToken(token)).toEqual(hashToken(token));
  });

  test.each(["", "short", `${"a".repeat(42)}!`, "a".repeat(44), "\u0000".repeat(43)])("is not %j", (text) => {
    expect(hashToken(text)).toBeUndefined();
  });
});

describe("a sealed text", () => {
  const secret = new Uint8Array(32).fill(7);

  test("is opened with the same secret, purpose and context only", async () => {
    const sealer = await createSealer(secret, "mail");
    const sealed = await sealer.seal("the link", "mail 1");
    expect(await sealer.open(sealed, "mail 1")).toBe("the link");
    expect(await sealer.open(sealed, "mail 2")).toBeUndefined();
    expect(await (await createSealer(secret, "other")).open(sealed, "mail 1")).toBeUndefined();
    expect(await (await createSealer(new Uint8Array(32), "mail")).open(sealed, "mail 1")).toBeUndefined();
  });

  test("does not open once a bit of it is flipped", async () => {
    const sealer = await createSealer(secret, "mail");
    const sealed = await sealer.seal("the link", "mail 1");
    for (const [index, byte] of sealed.entries()) {
      const altered = Uint8Array.from(sealed);
      altered[index] = byte ^ 1;
      expect(await sealer.open(altered, "mail 1")).toBeUndefined();
    }
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hmac } from "./hmac";
import { md5 } from "./md5";
import { sha1 } from "./sha1";
import { sha256 } from "./sha256";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, toUtf8 } from "./utf8";

/** Around one and two blocks, where padding is easily wrong. */
const lengths = [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000];
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(...lengths).map((length) => new Uint8Array(length).fill(length)),
);

describe("a digest", () => {
  for (const [name, digest] of [
    ["sha256", sha256],
    ["sha1", sha1],
    ["md5", md5],
  ] as const) {
    test(`${name} is what the host's is`, () => {
      fc.assert(
        fc.property(bytes, (message) => {
          expect(toHex(digest(message))).toBe(new Bun.CryptoHasher(name).update(message).digest("hex"));
        }),
      );
    });
  }

  test("with a key is what the host's HMAC is, for keys of any length", () => {
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 1, maxLength: 200 }), (message, key) => {
        expect(toHex(hmac(sha256, key, message))).toBe(
          new Bun.CryptoHasher("sha256", key).update(message).digest("hex"),
        );
        expect(toHex(hmac(sha1, key, message))).toBe(new Bun.CryptoHasher("sha1", key).update(message).digest("hex"));
      }),
    );
  });
});

describe("an encoding", () => {
  test("is what the host's is, and can be read back", () => {
    fc.assert(
      fc.property(bytes, (message) => {
        expect(toBase64(message)).toBe(Buffer.from(message).toString("base64"));
        expect(fromBase64(toBase64(message))).toEqual(message);
        expect(fromHex(toHex(message))).toEqual(message);
      }),
    );
  });

  test("refuses text that is none", () => {
    expect([fromBase64("a"), fromBase64("a b="), fromHex("abc"), fromHex("zz")]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(fromUtf8(Uint8Array.of(0xff))).toBeUndefined();
    expect(fromUtf8(toUtf8("é😀\ufeff"))).toBe("é😀\ufeff");
  });
});

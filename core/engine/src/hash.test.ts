import { expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson } from "./canonical";
import { hashJson } from "./hash";

test("a hash never changes: it is in stored events", () => {
  expect([hashJson(null), hashJson({}), hashJson({ b: [1, "ä"], a: { c: true } })]).toEqual([
    "9a8f6389fb00a587",
    "86f224276e23b278",
    "a60717144192d5cb",
  ]);
});

test("a hash does not depend on the order of keys, and differs for different data", () => {
  expect(hashJson({ a: 1, b: 2 })).toBe(hashJson({ b: 2, a: 1 }));
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const [a, b] = [JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right))];
      expect(hashJson(a) === hashJson(b)).toBe(canonicalJson(a) === canonicalJson(b));
    }),
  );
});

test("neighbouring inputs have distinct hashes", () => {
  const hashes = new Set(Array.from({ length: 100_000 }, (_, n) => hashJson({ n })));
  expect(hashes.size).toBe(100_000);
}, 30_000);

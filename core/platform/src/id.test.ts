import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createIdMaker, idTimeMs, isUuid, newId } from "./id";

describe("an id", () => {
  test("is a UUID of version 7 that tells when it was made", () => {
    const before = Date.now();
    const id = newId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idTimeMs(id)).toBeGreaterThanOrEqual(before);
    expect(idTimeMs(id)).toBeLessThanOrEqual(Date.now() + 1);
  });

  test("is greater than the one before, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 2, maxLength: 400 }), (times) => {
        let index = 0;
        const make = createIdMaker({ nowMs: () => times[index++] ?? 1 });
        const ids = times.map(() => make());
        expect(ids).toEqual([...new Set(ids)].sort());
      }),
    );
  });

  test("does not run out within a millisecond", () => {
    const make = createIdMaker({ nowMs: () => 1_000 });
    const ids = Array.from({ length: 20_000 }, () => make());
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  test("is told from other text", () => {
    expect(isUuid(newId())).toBe(true);
    for (const other of ["", newId().slice(1), `${newId()}\n`, newId().replace("-", "0"), 7, undefined])
      expect(isUuid(other)).toBe(false);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lengthenSlug, slugify } from "./slug";

describe("a slug", () => {
  test.each([
    ["Ann's team", "anns-team"],
    ["  Über  Größe GmbH ", "uber-gro-e-gmbh"],
    ["東京", "team"],
    ["../../etc", "etc"],
  ])("of %j is %s", (name, slug) => {
    expect(slugify(name)).toBe(slug);
  });

  test("is fit for a URL whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        expect(slugify(name)).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
        expect(lengthenSlug(slugify(name))).toMatch(/^[a-z0-9-]+-[a-z0-9]{4}$/);
      }),
    );
  });
});

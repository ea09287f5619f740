import { expect, test } from "bun:test";
import { newEndpointId } from "./endpoint-id";

test("an endpoint id is 22 base62 characters, each as likely as another, and never the same twice", () => {
  const ids = Array.from({ length: 4_000 }, newEndpointId);
  expect(ids.every((id) => /^[0-9A-Za-z]{22}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  const counts = new Map<string, number>();
  for (const character of ids.join("")) counts.set(character, (counts.get(character) ?? 0) + 1);
  const expected = (ids.length * 22) / 62;
  expect(counts.size).toBe(62);
  // Without throwing the uneven bytes away the first eight characters would come a quarter more often.
  expect(Math.max(...counts.values())).toBeLessThan(expected * 1.15);
  expect(Math.min(...counts.values())).toBeGreaterThan(expected * 0.85);
});

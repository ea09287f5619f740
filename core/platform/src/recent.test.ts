import { expect, test } from "bun:test";
import { createRecent } from "./recent";

test("a map of recent entries lets go of the one that was not used for longest", () => {
  const recent = createRecent<string, { n: number }>(2);
  recent.set("a", { n: 1 });
  recent.set("b", { n: 2 });
  expect(recent.get("a")).toEqual({ n: 1 });
  recent.set("c", { n: 3 });
  expect(["a", "b", "c"].map((key) => recent.get(key)?.n)).toEqual([1, undefined, 3]);
  recent.set("a", { n: 4 });
  recent.delete("c");
  expect(["a", "c"].map((key) => recent.get(key)?.n)).toEqual([4, undefined]);
});

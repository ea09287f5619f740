import { describe, expect, test } from "bun:test";
import { formatMeasure, median } from "./measure";

describe("a measure", () => {
  test("says whether it meets its target and its goal", () => {
    expect(
      JSON.parse(formatMeasure({ measure: "m", ratio: 0.301, target: 0.25, goal: 0.35, unit: "of echo" })),
    ).toMatchObject({ meetsTarget: true, meetsGoal: false });
    expect(
      JSON.parse(formatMeasure({ measure: "m", ratio: 7, target: 6, better: "lower", unit: "x echo p99" })),
    ).toMatchObject({ meetsTarget: false });
  });
  test("is the median of its rounds", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

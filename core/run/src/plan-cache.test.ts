import { describe, expect, test } from "bun:test";
import type { Plan } from "@dap/engine";
import { createPlanCache, type PlanCache } from "./plan-cache";

const plan = { durability: "durable" } as Plan; // the cache looks into none

const counted = (answer: () => Promise<Plan | undefined>) => {
  const asked: string[] = [];
  const load: PlanCache = (...of) => {
    asked.push(of.join("/"));
    return answer();
  };
  return { asked, load };
};

describe("a cache of plans", () => {
  test("loads a version once, however many ask at a time", async () => {
    const { asked, load } = counted(async () => plan);
    const planOf = createPlanCache(load);
    expect(await Promise.all([planOf("t", "w", 1), planOf("t", "w", 1)])).toEqual([plan, plan]);
    await planOf("t", "w", 2);
    expect(await planOf("t", "w", 1)).toBe(plan);
    expect(asked).toEqual(["t/w/1", "t/w/2"]);
  });

  test("asks again for what was not there or could not be read", async () => {
    const answers = [async () => undefined, () => Promise.reject(new Error("away")), async () => plan];
    const { asked, load } = counted(() => answers.shift()?.() ?? Promise.reject(new Error("asked too often")));
    const planOf = createPlanCache(load);
    expect(await planOf("t", "w", 1)).toBeUndefined();
    await expect(planOf("t", "w", 1)).rejects.toThrow("away");
    expect(await planOf("t", "w", 1)).toBe(plan);
    expect(await planOf("t", "w", 1)).toBe(plan);
    expect(asked).toHaveLength(3);
  });
});

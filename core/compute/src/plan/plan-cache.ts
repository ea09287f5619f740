import type { Plan } from "@dap/engine";

export type PlanCache = {
  /** The plan of a published version; `undefined` when it is not there or this release cannot compile it. */
  readonly get: (teamId: string, workflowId: string, version: number) => Promise<Plan | undefined>;
};

/**
 * Keeps the plans of the last used versions. Versions never change, so an entry never goes stale; one that several runs
 * ask for at once is loaded once. What failed to load is asked for again.
 */
export function createPlanCache(
  load: (teamId: string, workflowId: string, version: number) => Promise<Plan | undefined>,
  plansMax = 500,
): PlanCache {
  const plans = new Map<string, Promise<Plan | undefined>>();
  return {
    get: (teamId, workflowId, version) => {
      const key = `${teamId}/${workflowId}/${version}`;
      const plan = plans.get(key) ?? load(teamId, workflowId, version);
      plans.delete(key);
      plans.set(key, plan);
      plan.then(
        (found) => found === undefined && plans.delete(key),
        () => plans.delete(key),
      );
      const [oldest] = plans.keys();
      if (plans.size > plansMax && oldest !== undefined) plans.delete(oldest);
      return plan;
    },
  };
}

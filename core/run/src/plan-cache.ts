import type { Plan } from "@dap/engine";
import { createRecent } from "@dap/platform/recent";

/** The plan of a stored version; `undefined` when there is no such version, or this release cannot run it any more. */
export type PlanCache = (teamId: string, workflowId: string, version: number) => Promise<Plan | undefined>;

/**
 * Keeps the plans of the versions used last. Versions never change, so an entry never goes stale; one that several ask for
 * at once is loaded once. What failed to load is asked for again.
 */
export function createPlanCache(load: PlanCache, plansMax = 500): PlanCache {
  const plans = createRecent<string, Promise<Plan | undefined>>(plansMax);
  return (teamId, workflowId, version) => {
    const key = `${teamId}/${workflowId}/${version}`;
    const kept = plans.get(key);
    if (kept) return kept;
    const plan = load(teamId, workflowId, version);
    plans.set(key, plan);
    plan.then(
      (found) => found === undefined && plans.delete(key),
      () => plans.delete(key),
    );
    return plan;
  };
}

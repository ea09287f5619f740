import type { Plan } from "@dap/engine";
import { inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { findVersion } from "../version/query";
import { checkDocument } from "../workflow/check";
import { readStoredDocument } from "../workflow/document";

/** The plan of a stored version; `undefined` when there is no such version, or this release cannot run it any more. */
export type PlanCache = (teamId: string, workflowId: string, version: number) => Promise<Plan | undefined>;

/** Versions never change, so that a plan is good for ever; the ones used last are kept. */
export function createPlanCache(
  { db, catalogue, resumeUrl }: Pick<DataDeps, "db" | "catalogue" | "resumeUrl">,
  entriesMax = 200,
): PlanCache {
  const plans = new Map<string, Plan | undefined>();
  return async (teamId, workflowId, version) => {
    const key = `${teamId} ${workflowId} ${version}`;
    const kept = plans.get(key);
    if (kept) {
      plans.delete(key);
      plans.set(key, kept);
      return kept;
    }
    const row = await inTeam(db, teamId, (tx) => findVersion(tx, { teamId, workflowId }, version));
    const plan = row && checkDocument(readStoredDocument(row.document), catalogue, resumeUrl).plan;
    if (plan) plans.set(key, plan);
    const oldest = plans.keys().next();
    if (plans.size > entriesMax && !oldest.done) plans.delete(oldest.value);
    return plan;
  };
}

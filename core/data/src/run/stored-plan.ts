import { createPlanCache, type PlanCache } from "@dap/run";
import { inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { findVersion } from "../version/query";
import { checkDocument } from "../workflow/check";
import { readStoredDocument } from "../workflow/document";

/** The plans of stored versions, published ones and those of test runs. */
export const storedPlans = ({
  db,
  catalogue,
  resumeUrl,
}: Pick<DataDeps, "db" | "catalogue" | "resumeUrl">): PlanCache =>
  createPlanCache(async (teamId, workflowId, version) => {
    const row = await inTeam(db, teamId, (tx) => findVersion(tx, { teamId, workflowId }, version));
    return row && checkDocument(readStoredDocument(row.document), catalogue, resumeUrl).plan;
  }, 200);

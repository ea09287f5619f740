import type { StepCatalogue } from "@dap/contract";
import { type Database, inTeam } from "../database/connection";
import { teamSetup } from "../database/table/team-setup";
import { requireDocument } from "../workflow/check";
import { createWorkflow } from "../workflow/service";
import { exampleWorkflow } from "./example";

/** Gives a new team its example workflow, as an unpublished draft. Any number of calls give it once. */
export const setUpTeam = (db: Database, catalogue: StepCatalogue, teamId: string): Promise<void> =>
  inTeam(db, teamId, async (tx) => {
    const made = await tx.insert(teamSetup).values({ teamId }).onConflictDoNothing().returning();
    if (made.length > 0) await createWorkflow(tx, catalogue, { teamId, draft: requireDocument(exampleWorkflow) });
  });

import { isUuid } from "@dap/platform/id";
import { type Database, inTeam } from "../database/connection";
import { findWorkflow, type WorkflowRow } from "./query";

/** The workflow that a path names; `undefined` when this team has none of that id. */
export const workflowFinder =
  (db: Database) =>
  async (teamId: string, params: Readonly<Record<string, string>>): Promise<WorkflowRow | undefined> => {
    const id = params.workflowId;
    return isUuid(id) ? inTeam(db, teamId, (tx) => findWorkflow(tx, teamId, id)) : undefined;
  };

export const draftVersionOf = (row: WorkflowRow): number => row.draftVersion;

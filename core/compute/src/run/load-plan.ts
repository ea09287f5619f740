import { parseWorkflow, type StepCatalogue } from "@dap/contract";
import { compileWorkflow, type Plan, type ResumeUrl } from "@dap/engine";
import type { Logger } from "@dap/platform/log";
import { type Sql, withTeams } from "@dap/platform/postgres";

/** Loads and compiles published versions, on a connection that may read `workflow_version`. */
export const createPlanLoader =
  (sql: Sql, catalogue: StepCatalogue, log: Logger, resumeUrl: ResumeUrl) =>
  async (teamId: string, workflowId: string, version: number): Promise<Plan | undefined> => {
    const [row] = await withTeams(
      sql,
      [teamId],
      (tx) => tx<{ document: string }[]>`
        select document from workflow_version
        where team_id = ${teamId} and workflow_id = ${workflowId} and version = ${version}`,
    );
    if (row === undefined) return undefined;
    const parsed = parseWorkflow(JSON.parse(row.document));
    if (parsed.kind === "refused") {
      log.error("A published version does not fit the document's structure.", { workflowId, version });
      return undefined;
    }
    const { plan, problems } = compileWorkflow(parsed.workflow, { catalogue, resumeUrl });
    if (plan === undefined) log.error("A published version does not compile.", { workflowId, version, problems });
    return plan;
  };

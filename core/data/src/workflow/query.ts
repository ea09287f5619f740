import type { DocumentProblem } from "@dap/contract";
import { and, arrayContains, desc, eq, ilike, isNull, lt, sql } from "drizzle-orm";
import type { Tx } from "../database/connection";
import { endpoint } from "../database/table/endpoint";
import { schedule } from "../database/table/schedule";
import { workflow } from "../database/table/workflow";

/** A workflow as stored, with the id of its live endpoint and its schedule. */
export type WorkflowRow = typeof workflow.$inferSelect & {
  readonly endpointId: string | null;
  readonly schedule: ScheduleColumns | null;
};

export type ScheduleColumns = Pick<typeof schedule.$inferSelect, "cron" | "everyMs" | "zone" | "nextAt">;

/** What is never null comes first: drizzle takes a group whose first column is null for one that is not there. */
const scheduleColumns = {
  zone: schedule.zone,
  cron: schedule.cron,
  everyMs: schedule.everyMs,
  nextAt: schedule.nextAt,
};
const columns = { workflow, endpointId: endpoint.id, schedule: scheduleColumns };
const ownSchedule = and(eq(schedule.teamId, workflow.teamId), eq(schedule.workflowId, workflow.id));
const liveEndpoint = and(
  eq(endpoint.teamId, workflow.teamId),
  eq(endpoint.workflowId, workflow.id),
  eq(endpoint.state, "live"),
);
const isWorkflow = (teamId: string, id: string) =>
  and(eq(workflow.teamId, teamId), eq(workflow.id, id), isNull(workflow.deletedAt));

export async function findWorkflow(tx: Tx, teamId: string, id: string): Promise<WorkflowRow | undefined> {
  const [row] = await tx
    .select(columns)
    .from(workflow)
    .leftJoin(endpoint, liveEndpoint)
    .leftJoin(schedule, ownSchedule)
    .where(isWorkflow(teamId, id));
  return row && { ...row.workflow, endpointId: row.endpointId, schedule: row.schedule };
}

/** Takes the row for the rest of the transaction: whoever else would change or publish the workflow waits. */
export async function lockWorkflow(tx: Tx, teamId: string, id: string): Promise<WorkflowRow | undefined> {
  const locked = await tx.select({ id: workflow.id }).from(workflow).where(isWorkflow(teamId, id)).for("update");
  return locked.length === 0 ? undefined : findWorkflow(tx, teamId, id);
}

export type WorkflowFilter = {
  readonly folder?: string | undefined;
  readonly tag?: string | undefined;
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
  /** The last id of the page before. */
  readonly cursor?: string | undefined;
};

/** Newest first. Without the documents, which may be large. */
export const listWorkflows = (tx: Tx, teamId: string, filter: WorkflowFilter, limit: number) =>
  tx
    .select({
      id: workflow.id,
      teamId: workflow.teamId,
      name: workflow.name,
      folder: workflow.folder,
      tags: workflow.tags,
      draftVersion: workflow.draftVersion,
      draftProblems: workflow.draftProblems,
      activeVersion: workflow.activeVersion,
      paused: workflow.paused,
      createdAt: workflow.createdAt,
      updatedAt: workflow.updatedAt,
      endpointId: endpoint.id,
      schedule: scheduleColumns,
    })
    .from(workflow)
    .leftJoin(endpoint, liveEndpoint)
    .leftJoin(schedule, ownSchedule)
    .where(
      and(
        eq(workflow.teamId, teamId),
        isNull(workflow.deletedAt),
        filter.folder === undefined ? undefined : eq(workflow.folder, filter.folder),
        filter.tag === undefined ? undefined : arrayContains(workflow.tags, [filter.tag]),
        filter.search === undefined ? undefined : ilike(workflow.name, `%${escapeLike(filter.search)}%`),
        filter.cursor === undefined ? undefined : lt(workflow.id, filter.cursor),
      ),
    )
    .orderBy(desc(workflow.id))
    .limit(limit);

const escapeLike = (text: string) => text.replace(/[\\%_]/g, "\\$&");

export type NewWorkflow = {
  readonly teamId: string;
  readonly id: string;
  readonly name: string;
  readonly draft: string;
  readonly problems: readonly DocumentProblem[];
  readonly folder: string;
  readonly tags: readonly string[];
};

export const insertWorkflow = (tx: Tx, row: NewWorkflow) =>
  tx.insert(workflow).values({ ...row, tags: [...row.tags], draftProblems: JSON.stringify(row.problems) });

export type DraftChange = {
  readonly name: string;
  readonly draft: string;
  readonly problems: readonly DocumentProblem[];
};

/** Writes a new draft; the row must be locked. */
export const updateDraft = (tx: Tx, teamId: string, id: string, { name, draft, problems }: DraftChange) =>
  tx
    .update(workflow)
    .set({
      name,
      draft,
      draftProblems: JSON.stringify(problems),
      draftVersion: sql`${workflow.draftVersion} + 1`,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(isWorkflow(teamId, id));

export type WorkflowChange = Partial<
  Pick<typeof workflow.$inferInsert, "folder" | "tags" | "paused" | "activeVersion" | "versionLast">
>;

export const updateWorkflow = (tx: Tx, teamId: string, id: string, change: WorkflowChange) =>
  tx
    .update(workflow)
    .set({ ...change, updatedAt: sql`clock_timestamp()` })
    .where(isWorkflow(teamId, id));

/** Runs and versions keep their workflow; people see it no more. */
export const markDeleted = (tx: Tx, teamId: string, id: string) =>
  tx.update(workflow).set({ deletedAt: sql`clock_timestamp()` }).where(isWorkflow(teamId, id));

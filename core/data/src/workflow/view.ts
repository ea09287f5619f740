import type { DocumentProblem } from "@dap/contract";
import { etagOf } from "../http/precondition";
import type { listWorkflows, WorkflowRow } from "./query";

/** Where an endpoint is called. */
export const endpointView = (publicUrl: string, id: string) => ({ id, url: `${publicUrl}/w/${id}` });

/** A workflow as the API shows it, and the ETag of its draft. */
export function workflowView(row: WorkflowRow, publicUrl: string) {
  return {
    ...headOf(row, publicUrl),
    draft: JSON.parse(row.draft) as unknown,
    problems: JSON.parse(row.draftProblems) as DocumentProblem[],
  };
}

export const etagHeader = (row: { readonly draftVersion: number }) => ({ etag: etagOf(row.draftVersion) });

type ListedRow = Awaited<ReturnType<typeof listWorkflows>>[number];

/** One line of the list: without the document, with the number of its problems. */
export const workflowListItem = (row: ListedRow, publicUrl: string) => ({
  ...headOf(row, publicUrl),
  problemCount: (JSON.parse(row.draftProblems) as DocumentProblem[]).length,
});

const headOf = (row: ListedRow, publicUrl: string) => ({
  id: row.id,
  teamId: row.teamId,
  name: row.name,
  folder: row.folder,
  tags: row.tags,
  draftVersion: row.draftVersion,
  activeVersion: row.activeVersion,
  paused: row.paused,
  endpoint: row.endpointId === null ? null : endpointView(publicUrl, row.endpointId),
  schedule: row.schedule && { ...row.schedule, nextAt: row.schedule.nextAt?.toISOString() ?? null },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

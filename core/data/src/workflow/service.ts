import type { DocumentProblem, StepCatalogue, Workflow } from "@dap/contract";
import { newId } from "@dap/platform/id";
import type { Tx } from "../database/connection";
import { changeEndpoint, type EndpointChange } from "../endpoint/query";
import { notFound } from "../http/perform";
import { draftChanged } from "../http/precondition";
import { pauseSchedule, removeSchedule } from "../schedule/settle";
import { canonicalText } from "./canonical";
import { checkDocument } from "./check";
import { readStoredDocument } from "./document";
import {
  insertWorkflow,
  lockWorkflow,
  markDeleted,
  updateDraft,
  updateWorkflow,
  type WorkflowChange,
  type WorkflowRow,
} from "./query";

export type WorkflowKey = { readonly teamId: string; readonly id: string };

/** A document that was read, with the text it is stored as. */
export type Draft = { readonly workflow: Workflow; readonly text: string };

/** Stores a new workflow; problems of meaning are stored with it and only block publishing. */
export async function createWorkflow(
  tx: Tx,
  catalogue: StepCatalogue,
  {
    teamId,
    draft,
    folder = "",
    tags = [],
  }: { teamId: string; draft: Draft; folder?: string; tags?: readonly string[] },
): Promise<WorkflowRow> {
  const id = newId();
  const { problems } = checkDocument(draft.workflow, catalogue);
  await insertWorkflow(tx, { teamId, id, name: draft.workflow.name, draft: draft.text, problems, folder, tags });
  return getLocked(tx, { teamId, id });
}

/** The workflow, locked until the transaction ends. It may have gone since the route looked: 404. */
export async function getLocked(tx: Tx, { teamId, id }: WorkflowKey): Promise<WorkflowRow> {
  const row = await lockWorkflow(tx, teamId, id);
  if (!row) throw notFound();
  return row;
}

/** The locked workflow, if its draft still is the one the caller saw (`undefined`: any); else 412. */
export async function getLockedDraft(tx: Tx, key: WorkflowKey, ifMatch: number | undefined): Promise<WorkflowRow> {
  const row = await getLocked(tx, key);
  if (ifMatch !== undefined && row.draftVersion !== ifMatch) throw draftChanged(row.draftVersion);
  return row;
}

export async function saveDraft(
  tx: Tx,
  catalogue: StepCatalogue,
  key: WorkflowKey,
  draft: Draft,
  ifMatch: number | undefined,
): Promise<WorkflowRow> {
  await getLockedDraft(tx, key, ifMatch);
  await writeDraft(tx, key, draft, checkDocument(draft.workflow, catalogue).problems);
  return getLocked(tx, key);
}

export type WorkflowPatch = { readonly name?: string; readonly folder?: string; readonly tags?: readonly string[] };

/** Renames (which changes the draft, where the name lives) and files a workflow. */
export async function patchWorkflow(
  tx: Tx,
  catalogue: StepCatalogue,
  key: WorkflowKey,
  { name, folder, tags }: WorkflowPatch,
  ifMatch: number | undefined,
): Promise<WorkflowRow> {
  const row = await getLockedDraft(tx, key, ifMatch);
  if (name !== undefined && name !== row.name) {
    const workflow = { ...readStoredDocument(row.draft), name };
    const { problems } = checkDocument(workflow, catalogue);
    await writeDraft(tx, key, { workflow, text: canonicalText(workflow) }, problems);
  }
  const change: WorkflowChange = { ...(folder !== undefined && { folder }), ...(tags && { tags: [...tags] }) };
  if (Object.keys(change).length > 0) await updateWorkflow(tx, key.teamId, key.id, change);
  return getLocked(tx, key);
}

const writeDraft = (tx: Tx, key: WorkflowKey, { workflow, text }: Draft, problems: readonly DocumentProblem[]) =>
  updateDraft(tx, key.teamId, key.id, { name: workflow.name, draft: text, problems });

/** Takes a workflow away from people and its endpoint out of service. Its runs go on, pinned to their versions. */
export async function deleteWorkflow(tx: Tx, key: WorkflowKey): Promise<EndpointChange> {
  await getLocked(tx, key);
  await markDeleted(tx, key.teamId, key.id);
  await removeSchedule(tx, { teamId: key.teamId, workflowId: key.id });
  return changeEndpoint(tx, { teamId: key.teamId, workflowId: key.id }, "removed");
}

/** Stops or lets through triggers; runs that were accepted go on. */
export async function setPaused(tx: Tx, key: WorkflowKey, paused: boolean) {
  await getLocked(tx, key);
  await updateWorkflow(tx, key.teamId, key.id, { paused });
  await pauseSchedule(tx, { teamId: key.teamId, workflowId: key.id }, paused);
  const { changeSeq } = await changeEndpoint(tx, { teamId: key.teamId, workflowId: key.id });
  return { row: await getLocked(tx, key), changeSeq };
}

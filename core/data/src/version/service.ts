import type { StepCatalogue, Workflow } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import type { Tx } from "../database/connection";
import { type EndpointChange, rotateEndpoint, settleEndpoint } from "../endpoint/query";
import { settleSchedule } from "../schedule/settle";
import { requirePlan } from "../workflow/check";
import { readStoredDocument } from "../workflow/document";
import { updateWorkflow, type WorkflowRow } from "../workflow/query";
import { getLocked, getLockedDraft, type WorkflowKey } from "../workflow/service";
import { findVersion, insertVersion } from "./query";

export type Publication = EndpointChange & { readonly version: number };

export type PublishWho = { readonly kind: "account" | "apiKey" | "service"; readonly id: string };

/** Makes the draft an immutable version and puts it into force. Refused with all problems at once if it has an error. */
export async function publishDraft(
  tx: Tx,
  catalogue: StepCatalogue,
  key: WorkflowKey,
  { note, by, ifMatch }: { note: string; by: PublishWho; ifMatch: number | undefined },
) {
  const row = await getLockedDraft(tx, key, ifMatch);
  const workflow = readStoredDocument(row.draft);
  const { warnings } = requirePlan(workflow, catalogue);
  const publication = await publish(tx, row, { workflow, text: row.draft, note, by });
  return { ...publication, warnings };
}

/** Publishes the document of an earlier version anew. The draft stays what its author made of it. */
export async function rollBack(
  tx: Tx,
  catalogue: StepCatalogue,
  key: WorkflowKey,
  { version, note, by }: { version: number; note: string; by: PublishWho },
) {
  const row = await getLocked(tx, key);
  const old = await findVersion(tx, { teamId: key.teamId, workflowId: key.id }, version);
  if (!old) throw new Failure("VERSION_UNKNOWN", 422, `There is no version ${version}.`);
  const workflow = readStoredDocument(old.document);
  // What was fine then may name steps that this release no longer has.
  const { warnings } = requirePlan(workflow, catalogue);
  const publication = await publish(tx, row, { workflow, text: old.document, note, by });
  return { ...publication, warnings };
}

type NewPublication = {
  readonly workflow: Workflow;
  readonly text: string;
  readonly note: string;
  readonly by: PublishWho;
};

/** The row is locked, so numbers count up without a gap. */
async function publish(tx: Tx, row: WorkflowRow, { workflow, text, note, by }: NewPublication): Promise<Publication> {
  const owner = { teamId: row.teamId, workflowId: row.id };
  const version = row.versionLast + 1;
  await insertVersion(tx, {
    ...owner,
    version,
    name: workflow.name,
    triggerKind: workflow.trigger.kind,
    document: text,
    note,
    createdByKind: by.kind,
    createdById: by.id,
  });
  await updateWorkflow(tx, row.teamId, row.id, { versionLast: version, activeVersion: version });
  await settleSchedule(tx, owner, { version, workflow, paused: row.paused });
  const change = await settleEndpoint(tx, owner, workflow.trigger.kind === "webhook");
  return { ...change, version };
}

/** Gives the endpoint a new address and takes the old one out of service. */
export async function rotate(tx: Tx, key: WorkflowKey): Promise<EndpointChange & { readonly endpointId: string }> {
  const row = await getLocked(tx, key);
  const change =
    row.endpointId === null ? undefined : await rotateEndpoint(tx, { teamId: key.teamId, workflowId: key.id });
  if (!change || change.endpointId === null)
    throw new Failure("NO_ENDPOINT", 409, "The workflow has no endpoint: publish it with a webhook trigger first.");
  return { ...change, endpointId: change.endpointId };
}

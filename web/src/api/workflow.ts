import type { DocumentProblem, Json, Workflow } from "@dap/contract";
import { type Api, segment } from "./client";
import type {
  Endpoint,
  Page,
  PublishAnswer,
  RunAnswer,
  VersionResource,
  WorkflowListItem,
  WorkflowResource,
} from "./resource";

/** Names one workflow of one team. */
export type WorkflowPlace = { readonly teamId: string; readonly workflowId: string };

const list = (teamId: string) => `/teams/${segment(teamId)}/workflows`;
const one = ({ teamId, workflowId }: WorkflowPlace) => `${list(teamId)}/${segment(workflowId)}`;

/** The address of the document as a file. */
export const exportPath = (place: WorkflowPlace): string => `${one(place)}/export`;

export const listWorkflows = (api: Api, teamId: string, cursor?: string) =>
  api<Page<WorkflowListItem>>({ path: list(teamId), query: { cursor, limit: 100 } });

export const getWorkflow = (api: Api, place: WorkflowPlace) => api<WorkflowResource>({ path: one(place) });

export const createWorkflow = (api: Api, teamId: string, document: unknown) =>
  api<WorkflowResource>({ method: "POST", path: list(teamId), body: { document } });

/** Saves the draft unless somebody else did since `etag` was read: then `412 DRAFT_CHANGED`. */
export const saveDraft = (api: Api, place: WorkflowPlace, document: unknown, etag: string) =>
  api<WorkflowResource>({
    method: "PUT",
    path: `${one(place)}/draft`,
    body: document,
    headers: { "if-match": etag },
  });

export const checkDocument = (api: Api, place: WorkflowPlace, document: unknown) =>
  api<{ problems: readonly DocumentProblem[] }>({ method: "POST", path: `${one(place)}/check`, body: { document } });

export const publishWorkflow = (api: Api, place: WorkflowPlace, note: string) =>
  api<PublishAnswer>({ method: "POST", path: `${one(place)}/publish`, body: note === "" ? {} : { note } });

export const listVersions = (api: Api, place: WorkflowPlace) =>
  api<Page<VersionResource>>({ path: `${one(place)}/versions` });

export const rollBack = (api: Api, place: WorkflowPlace, version: number) =>
  api<PublishAnswer>({ method: "POST", path: `${one(place)}/rollback`, body: { version } });

export const pauseWorkflow = (api: Api, place: WorkflowPlace) =>
  api<unknown>({ method: "POST", path: `${one(place)}/pause`, body: {} });

export const resumeWorkflow = (api: Api, place: WorkflowPlace) =>
  api<unknown>({ method: "POST", path: `${one(place)}/resume`, body: {} });

/** The old address stops working at once. */
export const rotateEndpoint = (api: Api, place: WorkflowPlace) =>
  api<{ endpoint?: Endpoint } & Partial<Endpoint>>({
    method: "POST",
    path: `${one(place)}/endpoint/rotate`,
    body: {},
  });

export const deleteWorkflow = (api: Api, place: WorkflowPlace) => api<unknown>({ method: "DELETE", path: one(place) });

/** `draft` runs the saved draft as an unpublished test version. */
export const startRun = (api: Api, place: WorkflowPlace, input: Json, draft: boolean) =>
  api<RunAnswer>({ method: "POST", path: `${one(place)}/runs`, body: draft ? { input, draft: true } : { input } });

/** The draft's ETag, from the answer's header or its number. */
export const draftEtag = (resource: Pick<WorkflowResource, "draftVersion">): string => `"${resource.draftVersion}"`;

export type { Workflow };

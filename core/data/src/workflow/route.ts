import { Failure } from "@dap/platform/failure";
import { isUuid } from "@dap/platform/id";
import { type Static, Type } from "@sinclair/typebox";
import { inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { type Answer, ok } from "../http/answer";
import { parseWith } from "../http/body";
import { commitOnce } from "../http/commit";
import { type AnyRoute, type Call, route } from "../http/declare";
import { pageLimit, pageQuery, toPage } from "../http/page";
import { WorkflowAnswer, WorkflowPage } from "./answer";
import { requireDocument } from "./check";
import { draftVersionOf, workflowFinder } from "./find";
import { listWorkflows, type WorkflowRow } from "./query";
import { ListFilter, NewWorkflowBody, PatchBody, RawDocumentBody } from "./schema";
import { createWorkflow, deleteWorkflow, patchWorkflow } from "./service";
import { etagHeader, workflowListItem, workflowView } from "./view";

/** Workflows: create, import, list, get, rename, file, delete. */
export function workflowRoutes(deps: DataDeps): readonly AnyRoute[] {
  const { db, publicUrl } = deps;
  const find = workflowFinder(db);
  return [
    route({
      method: "POST",
      path: "/workflows",
      permission: "workflow:create",
      summary: "Create a workflow from a document",
      answers: { 201: WorkflowAnswer },
      body: NewWorkflowBody,
      handle: (call) => create(deps, call, call.body),
    }),
    route({
      method: "POST",
      path: "/workflows/import",
      permission: "workflow:create",
      summary: "Create a workflow from an exported document, bare or as { document, folder, tags }",
      answers: { 201: WorkflowAnswer },
      body: RawDocumentBody,
      handle: (call) => create(deps, call, unwrap(call.body)),
    }),
    route({
      method: "GET",
      path: "/workflows",
      permission: "workflow:read",
      summary: "List workflows, newest first",
      answers: { 200: WorkflowPage },
      query: Type.Object({ ...pageQuery, ...ListFilter }, { additionalProperties: false }),
      handle: async ({ teamId, query }) => {
        if (query.cursor !== undefined && !isUuid(query.cursor)) throw cursorUnknown();
        const limit = pageLimit(query.limit);
        const rows = await inTeam(db, teamId, (tx) => listWorkflows(tx, teamId, query, limit + 1));
        const page = toPage(rows, limit, (row) => row.id);
        return ok({ ...page, items: page.items.map((row) => workflowListItem(row, publicUrl)) });
      },
    }),
    route({
      method: "GET",
      path: "/workflows/:workflowId",
      permission: "workflow:read",
      summary: "Get a workflow with its draft",
      answers: { 200: WorkflowAnswer },
      find,
      handle: async ({ resource }) => shown(resource, publicUrl),
    }),
    route({
      method: "PATCH",
      path: "/workflows/:workflowId",
      permission: "workflow:update",
      summary: "Rename or file a workflow",
      answers: { 200: WorkflowAnswer },
      find,
      ifMatch: "allowed",
      versionOf: draftVersionOf,
      body: PatchBody,
      handle: async ({ teamId, resource, body, ifMatch }) => {
        const key = { teamId, id: resource.id };
        const row = await inTeam(db, teamId, (tx) => patchWorkflow(tx, deps.catalogue, key, body, ifMatch));
        return shown(row, publicUrl);
      },
    }),
    route({
      method: "DELETE",
      path: "/workflows/:workflowId",
      permission: "workflow:delete",
      summary: "Delete a workflow; its endpoint stops at once",
      answers: { 204: undefined },
      find,
      handle: (call) =>
        commitOnce(deps, call, async (tx) => {
          const { changeSeq } = await deleteWorkflow(tx, { teamId: call.teamId, id: call.resource.id });
          return { answer: { status: 204 }, changeSeq };
        }),
    }),
  ];
}

/** A workflow with the ETag of its draft. */
export const shown = (row: WorkflowRow, publicUrl: string): Answer => ok(workflowView(row, publicUrl), etagHeader(row));

type NewWorkflow = Static<typeof NewWorkflowBody>;

function create(
  deps: DataDeps,
  call: Call<unknown, unknown, unknown>,
  { document, folder = "", tags = [] }: NewWorkflow,
): Promise<Answer> {
  const draft = requireDocument(document);
  return commitOnce(deps, call, async (tx) => {
    const row = await createWorkflow(tx, deps.catalogue, { teamId: call.teamId, draft, folder, tags });
    const location = `/api/v1/teams/${call.teamId}/workflows/${row.id}`;
    const headers = { ...etagHeader(row), location };
    return { answer: { status: 201, body: workflowView(row, deps.publicUrl), headers } };
  });
}

/** A body that is a document, or holds one: no document has a field `document`. */
export const unwrap = (body: object): NewWorkflow =>
  Object.hasOwn(body, "document") && !Object.hasOwn(body, "dap")
    ? parseWith(NewWorkflowBody, body, "INVALID_BODY")
    : { document: body };

/** A cursor that none of our pages gave out. */
export const cursorUnknown = () =>
  new Failure("INVALID_QUERY", 422, "The query does not have the expected form.", {
    problems: [
      { path: "/cursor", code: "INVALID", message: "Take the cursor from the page before.", severity: "error" },
    ],
  });

import { Type } from "@sinclair/typebox";
import { inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { ok } from "../http/answer";
import { commitOnce } from "../http/commit";
import { type AnyRoute, type Call, route } from "../http/declare";
import { actorOf } from "../http/once";
import { pageLimit, pageQuery, toPage } from "../http/page";
import { notFound } from "../http/perform";
import { draftVersionOf, workflowFinder } from "../workflow/find";
import type { WorkflowRow } from "../workflow/query";
import { cursorUnknown } from "../workflow/route";
import { EmptyBody, PublishBody, RollbackBody } from "../workflow/schema";
import { endpointView } from "../workflow/view";
import { DiffAnswer, PublishedAnswer, RotatedAnswer, VersionAnswer, VersionPage } from "./answer";
import { findVersion, listVersions, type VersionRow } from "./query";
import { publishDraft, rollBack, rotate } from "./service";

/** Publishing, the history of versions, going back to one, and the endpoint's address. */
export function versionRoutes(deps: DataDeps): readonly AnyRoute[] {
  const { db, catalogue, publicUrl } = deps;
  const find = workflowFinder(db);
  const keyOf = (call: Call<WorkflowRow, unknown, unknown>) => ({ teamId: call.teamId, id: call.resource.id });
  const endpointOf = (id: string | null) => (id === null ? null : endpointView(publicUrl, id));
  return [
    route({
      method: "POST",
      path: "/workflows/:workflowId/publish",
      permission: "workflow:publish",
      summary: "Make the draft an immutable version and put it into force",
      answers: { 200: PublishedAnswer },
      find,
      ifMatch: "allowed",
      versionOf: draftVersionOf,
      body: PublishBody,
      handle: (call) =>
        commitOnce(deps, call, async (tx) => {
          const how = { note: call.body.note ?? "", by: actorOf(call.principal), ifMatch: call.ifMatch };
          const done = await publishDraft(tx, catalogue, keyOf(call), how);
          const { version, warnings, endpointId, changeSeq } = done;
          return { answer: ok({ version, endpoint: endpointOf(endpointId), problems: warnings }), changeSeq };
        }),
    }),
    route({
      method: "POST",
      path: "/workflows/:workflowId/rollback",
      permission: "workflow:publish",
      summary: "Publish the document of an earlier version anew; the draft stays",
      answers: { 200: PublishedAnswer },
      find,
      body: RollbackBody,
      handle: (call) =>
        commitOnce(deps, call, async (tx) => {
          const note = call.body.note ?? `Back to version ${call.body.version}`;
          const how = { version: call.body.version, note, by: actorOf(call.principal) };
          const done = await rollBack(tx, catalogue, keyOf(call), how);
          const { version, warnings, endpointId, changeSeq } = done;
          return { answer: ok({ version, endpoint: endpointOf(endpointId), problems: warnings }), changeSeq };
        }),
    }),
    route({
      method: "POST",
      path: "/workflows/:workflowId/endpoint/rotate",
      permission: "workflow:publish",
      summary: "Give the endpoint a new address; the old one stops at once",
      answers: { 200: RotatedAnswer },
      find,
      body: EmptyBody,
      handle: (call) =>
        commitOnce(deps, call, async (tx) => {
          const { endpointId, changeSeq } = await rotate(tx, keyOf(call));
          return { answer: ok({ endpoint: endpointOf(endpointId) }), changeSeq };
        }),
    }),
    route({
      method: "GET",
      path: "/workflows/:workflowId/versions",
      permission: "workflow:read",
      summary: "List published versions, newest first",
      answers: { 200: VersionPage },
      find,
      query: Type.Object(pageQuery, { additionalProperties: false }),
      handle: async ({ teamId, resource, query }) => {
        const limit = pageLimit(query.limit);
        const before = query.cursor === undefined ? undefined : toVersionNumber(query.cursor);
        if (query.cursor !== undefined && before === undefined) throw cursorUnknown();
        const owner = { teamId, workflowId: resource.id };
        const rows = await inTeam(db, teamId, (tx) => listVersions(tx, owner, before, limit + 1));
        const page = toPage(rows, limit, (row) => String(row.version));
        return ok({ ...page, items: page.items.map((row) => versionView(row, resource)) });
      },
    }),
    ...readRoutes(deps),
  ];
}

/** One version, and two of them side by side. */
function readRoutes({ db }: DataDeps): readonly AnyRoute[] {
  const findOwner = workflowFinder(db);
  const find = async (teamId: string, params: Readonly<Record<string, string>>) => {
    const workflow = await findOwner(teamId, params);
    const number = toVersionNumber(params.version);
    if (!workflow || number === undefined) return undefined;
    const version = await read(teamId, workflow, number);
    return version && { workflow, version };
  };
  const read = (teamId: string, workflow: WorkflowRow, version: number) =>
    inTeam(db, teamId, (tx) => findVersion(tx, { teamId, workflowId: workflow.id }, version));
  const path = "/workflows/:workflowId/versions/:version";
  return [
    route({
      method: "GET",
      path,
      permission: "workflow:read",
      summary: "Get a published version with its document",
      answers: { 200: VersionAnswer },
      find,
      handle: async ({ resource }) => ok(withDocument(resource.version, resource.workflow)),
    }),
    route({
      method: "GET",
      path: `${path}/diff`,
      permission: "workflow:read",
      summary: "A version beside another one (against=N), or beside the draft",
      answers: { 200: DiffAnswer },
      find,
      query: Type.Object(
        { against: Type.Optional(Type.String({ pattern: "^(draft|[1-9][0-9]{0,8})$" })) },
        { additionalProperties: false },
      ),
      handle: async ({ teamId, resource: { workflow, version }, query }) => {
        const against = query.against ?? "draft";
        const from = withDocument(version, workflow);
        if (against === "draft")
          return ok({ from, to: { version: null, name: workflow.name, document: JSON.parse(workflow.draft) } });
        const other = await read(teamId, workflow, Number(against));
        if (!other) throw notFound();
        return ok({ from, to: withDocument(other, workflow) });
      },
    }),
  ];
}

/** Published versions only: those that test runs are pinned to are not shown. */
function toVersionNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}

type VersionHead = Omit<VersionRow, "teamId" | "workflowId" | "triggerKind" | "document">;

const versionView = (row: VersionHead, { activeVersion }: WorkflowRow) => ({
  version: row.version,
  name: row.name,
  note: row.note,
  active: row.version === activeVersion,
  createdBy: { kind: row.createdByKind, id: row.createdById },
  createdAt: row.createdAt.toISOString(),
});

const withDocument = (row: VersionRow, workflow: WorkflowRow) => ({
  ...versionView(row, workflow),
  document: JSON.parse(row.document) as unknown,
});

import { Type } from "@sinclair/typebox";
import { inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { ok } from "../http/answer";
import { commitOnce } from "../http/commit";
import { type AnyRoute, route } from "../http/declare";
import { notFound } from "../http/perform";
import { previewOf } from "../schedule/view";
import { findVersion } from "../version/query";
import { CheckAnswer, WorkflowAnswer } from "./answer";
import { checkDocument, requireDocument } from "./check";
import { readDocument } from "./document";
import { draftVersionOf, workflowFinder } from "./find";
import { shown, unwrap } from "./route";
import { CheckBody, Document, EmptyBody, RawDocumentBody } from "./schema";
import { saveDraft, setPaused } from "./service";
import { etagHeader } from "./view";

/** A workflow's draft: read, replace, check, export; and its triggers: pause, resume. */
export function draftRoutes(deps: DataDeps): readonly AnyRoute[] {
  const { db, catalogue, publicUrl } = deps;
  const find = workflowFinder(db);
  return [
    route({
      method: "GET",
      path: "/workflows/:workflowId/draft",
      permission: "workflow:read",
      summary: "Get the draft's document alone",
      answers: { 200: Document },
      find,
      handle: async ({ resource }) => ok(resource.draft, etagHeader(resource)),
    }),
    route({
      method: "PUT",
      path: "/workflows/:workflowId/draft",
      permission: "workflow:update",
      summary: "Replace the draft, bare or as { document }",
      answers: { 200: WorkflowAnswer },
      find,
      ifMatch: "required",
      versionOf: draftVersionOf,
      body: RawDocumentBody,
      handle: async ({ teamId, resource, body, ifMatch }) => {
        const draft = requireDocument(unwrap(body).document);
        const key = { teamId, id: resource.id };
        return shown(await inTeam(db, teamId, (tx) => saveDraft(tx, catalogue, key, draft, ifMatch)), publicUrl);
      },
    }),
    route({
      method: "POST",
      path: "/workflows/:workflowId/check",
      permission: "workflow:read",
      summary: "Check the draft, or the document sent; nothing is stored",
      answers: { 200: CheckAnswer },
      find,
      body: CheckBody,
      handle: async ({ resource, body }) => {
        const read = readDocument(body.document ?? JSON.parse(resource.draft));
        if (read.kind !== "read") return ok({ problems: read.problems });
        const { problems } = checkDocument(read.workflow, catalogue);
        return ok({ problems, ...previewOf(read.workflow, problems, deps.nowMs()) });
      },
    }),
    route({
      method: "GET",
      path: "/workflows/:workflowId/export",
      permission: "workflow:read",
      summary: "Download the draft, or a version, as a document",
      answers: { 200: Document },
      find,
      query: Type.Object(
        { version: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,8}$" })) },
        { additionalProperties: false },
      ),
      handle: async ({ teamId, resource, query }) => {
        const owner = { teamId, workflowId: resource.id };
        const document =
          query.version === undefined
            ? resource.draft
            : (await inTeam(db, teamId, (tx) => findVersion(tx, owner, Number(query.version))))?.document;
        if (document === undefined) throw notFound();
        const text = `${JSON.stringify(JSON.parse(document), undefined, 2)}\n`;
        return ok(text, { "content-disposition": `attachment; filename="${fileNameOf(resource.name)}.workflow.json"` });
      },
    }),
    ...(["pause", "resume"] as const).map((act) =>
      route({
        method: "POST",
        path: `/workflows/:workflowId/${act}`,
        permission: "workflow:publish",
        summary: act === "pause" ? "Let no trigger in; accepted runs go on" : "Let triggers in again",
        answers: { 200: WorkflowAnswer },
        find,
        body: EmptyBody,
        handle: (call) =>
          commitOnce(deps, call, async (tx) => {
            const key = { teamId: call.teamId, id: call.resource.id };
            const { row, changeSeq } = await setPaused(tx, key, act === "pause");
            return { answer: shown(row, publicUrl), changeSeq };
          }),
      }),
    ),
  ];
}

/** Letters, digits and dashes only: nothing in it can end the header's quotes or name a folder. */
function fileNameOf(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.replace(/^-+|-+$/g, "").slice(0, 60) || "workflow";
}

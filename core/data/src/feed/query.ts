import type { EndpointRoute, PublishedVersion, RouteFeedPage } from "@dap/contract";
import { and, eq, gt, max } from "drizzle-orm";
import type { Database } from "../database/connection";
import { endpoint } from "../database/table/endpoint";
import { workflow } from "../database/table/workflow";
import { workflowVersion } from "../database/table/workflow-version";
import { readStoredDocument } from "../workflow/document";

/** Bounds a page: each line carries a document, a few KiB mostly, 1 MiB at most. */
const pageRows = 200;

/**
 * What changed after `since`, each endpoint once and as it is now. The cursor of an empty page is `since`. A reader that
 * is ahead of this database (restored from a backup) gets the feed from its beginning, with a cursor below its own: it
 * must forget what it had.
 */
export async function readFeed(db: Database, since: number): Promise<RouteFeedPage> {
  const rows = await selectRows(db, since);
  if (rows.length === 0 && since > 0 && (await isAhead(db, since))) return readFeed(db, 0);
  const live = rows.filter((row) => row.state === "live" && row.deletedAt === null);
  return {
    cursor: rows.at(-1)?.changeSeq ?? since,
    endpoints: live.flatMap(toRoute),
    versions: live.flatMap(toVersion),
    removedEndpoints: rows.filter((row) => !live.includes(row)).map((row) => row.id),
  };
}

const selectRows = (db: Database, since: number) =>
  db
    .select({
      id: endpoint.id,
      changeSeq: endpoint.changeSeq,
      state: endpoint.state,
      teamId: endpoint.teamId,
      workflowId: endpoint.workflowId,
      paused: workflow.paused,
      deletedAt: workflow.deletedAt,
      version: workflowVersion.version,
      name: workflowVersion.name,
      document: workflowVersion.document,
    })
    .from(endpoint)
    .innerJoin(workflow, and(eq(workflow.teamId, endpoint.teamId), eq(workflow.id, endpoint.workflowId)))
    .leftJoin(
      workflowVersion,
      and(
        eq(workflowVersion.teamId, workflow.teamId),
        eq(workflowVersion.workflowId, workflow.id),
        eq(workflowVersion.version, workflow.activeVersion),
      ),
    )
    .where(gt(endpoint.changeSeq, since))
    .orderBy(endpoint.changeSeq)
    .limit(pageRows);

type FeedRow = Awaited<ReturnType<typeof selectRows>>[number];

async function isAhead(db: Database, since: number): Promise<boolean> {
  const [row] = await db.select({ last: max(endpoint.changeSeq) }).from(endpoint);
  return since > (row?.last ?? 0);
}

const toRoute = ({ id, teamId, workflowId, version, paused }: FeedRow): EndpointRoute[] =>
  version === null ? [] : [{ id, teamId, workflowId, version, paused }];

const toVersion = ({ teamId, workflowId, version, name, document }: FeedRow): PublishedVersion[] =>
  version === null || document === null
    ? []
    : [{ teamId, workflowId, version, name: name ?? "", document: readStoredDocument(document) }];

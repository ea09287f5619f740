import { and, desc, eq, gt, lt } from "drizzle-orm";
import type { Tx } from "../database/connection";
import { workflowVersion } from "../database/table/workflow-version";

export type VersionRow = typeof workflowVersion.$inferSelect;
export type NewVersion = Omit<VersionRow, "createdAt">;

type Owner = { readonly teamId: string; readonly workflowId: string };
const isOf = ({ teamId, workflowId }: Owner) =>
  and(eq(workflowVersion.teamId, teamId), eq(workflowVersion.workflowId, workflowId));

export const insertVersion = (tx: Tx, row: NewVersion) => tx.insert(workflowVersion).values(row);

/** Keeps a draft as the version that its test runs are pinned to; the same draft is kept once. */
export const keepDraftVersion = (tx: Tx, row: NewVersion) =>
  tx.insert(workflowVersion).values(row).onConflictDoNothing();

export async function findVersion(tx: Tx, owner: Owner, version: number): Promise<VersionRow | undefined> {
  const [row] = await tx
    .select()
    .from(workflowVersion)
    .where(and(isOf(owner), eq(workflowVersion.version, version)));
  return row;
}

/** Published versions, newest first, those before number `before` only. */
export const listVersions = (tx: Tx, owner: Owner, before: number | undefined, limit: number) =>
  tx
    .select({
      version: workflowVersion.version,
      name: workflowVersion.name,
      note: workflowVersion.note,
      createdByKind: workflowVersion.createdByKind,
      createdById: workflowVersion.createdById,
      createdAt: workflowVersion.createdAt,
    })
    .from(workflowVersion)
    .where(
      and(
        isOf(owner),
        gt(workflowVersion.version, 0),
        before === undefined ? undefined : lt(workflowVersion.version, before),
      ),
    )
    .orderBy(desc(workflowVersion.version))
    .limit(limit);

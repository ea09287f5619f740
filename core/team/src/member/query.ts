import type { Role } from "@dap/contract";
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ScopedTx } from "../database/database";
import { membership } from "../database/table/membership";
import { profile } from "../database/table/profile";
import { team } from "../database/table/team";

/** The team's row, locked, so that two changes of its members are made one after the other. `undefined` when deleted. */
export async function lockTeam(tx: ScopedTx, teamId: string) {
  const rows = await tx.select().from(team).where(eq(team.id, teamId)).for("update");
  const [row] = rows;
  return row?.deletedAt === null ? row : undefined;
}

export async function findRole(tx: ScopedTx, teamId: string, accountId: string): Promise<Role | undefined> {
  const rows = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(and(eq(membership.teamId, teamId), eq(membership.accountId, accountId)));
  return rows[0]?.role;
}

export async function countOwners(tx: ScopedTx, teamId: string): Promise<number> {
  const isOwner = and(eq(membership.teamId, teamId), eq(membership.role, "owner"));
  return tx.$count(membership, isOwner);
}

export type NewMember = { readonly teamId: string; readonly accountId: string; readonly role: Role };

export async function insertMember(tx: ScopedTx, member: NewMember, now: Date): Promise<void> {
  await tx.insert(membership).values({ ...member, createdAt: now, updatedAt: now });
}

export async function updateRole(tx: ScopedTx, { teamId, accountId, role }: NewMember, now: Date): Promise<void> {
  await tx
    .update(membership)
    .set({ role, updatedAt: now })
    .where(and(eq(membership.teamId, teamId), eq(membership.accountId, accountId)));
}

export async function deleteMember(tx: ScopedTx, teamId: string, accountId: string): Promise<void> {
  await tx.delete(membership).where(and(eq(membership.teamId, teamId), eq(membership.accountId, accountId)));
}

const memberColumns = {
  accountId: membership.accountId,
  name: profile.name,
  email: profile.email,
  role: membership.role,
  joinedAt: membership.createdAt,
};

/** Members in the order of their account ids, those after `cursor` (an account id) only. */
export function listMembers(tx: ScopedTx, teamId: string, limit: number, cursor?: string) {
  const isOfTeam = eq(membership.teamId, teamId);
  return tx
    .select(memberColumns)
    .from(membership)
    .innerJoin(profile, eq(profile.accountId, membership.accountId))
    .where(cursor === undefined ? isOfTeam : and(isOfTeam, gt(membership.accountId, cursor)))
    .orderBy(asc(membership.accountId))
    .limit(limit);
}

export async function findMember(tx: ScopedTx, teamId: string, accountId: string) {
  const rows = await tx
    .select(memberColumns)
    .from(membership)
    .innerJoin(profile, eq(profile.accountId, membership.accountId))
    .where(and(eq(membership.teamId, teamId), eq(membership.accountId, accountId)));
  return rows[0];
}

/** Says that what the account may do has changed. While the account is still (or already) a member, or it is the scope's own. */
export async function raisePermVer(tx: ScopedTx, accountId: string, now: Date): Promise<void> {
  await tx
    .update(profile)
    .set({ permVer: sql`${profile.permVer} + 1`, updatedAt: now })
    .where(eq(profile.accountId, accountId));
}

/** The same for everybody in a team. */
export async function raisePermVerOfTeam(tx: ScopedTx, teamId: string, now: Date): Promise<void> {
  const members = tx.select({ id: membership.accountId }).from(membership).where(eq(membership.teamId, teamId));
  await tx
    .update(profile)
    .set({ permVer: sql`${profile.permVer} + 1`, updatedAt: now })
    .where(sql`${profile.accountId} in ${members}`);
}

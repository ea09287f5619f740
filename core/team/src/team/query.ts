import { and, asc, eq, gt, isNull } from "drizzle-orm";
import type { ScopedTx } from "../database/database";
import { membership } from "../database/table/membership";
import { team } from "../database/table/team";

const teamColumns = {
  id: team.id,
  name: team.name,
  slug: team.slug,
  personalOf: team.personalOf,
  createdAt: team.createdAt,
  role: membership.role,
};

/** A team with the account's role in it; `undefined` when deleted or not theirs. */
export async function findTeamOf(tx: ScopedTx, teamId: string, accountId: string) {
  const rows = await tx
    .select(teamColumns)
    .from(team)
    .innerJoin(membership, and(eq(membership.teamId, team.id), eq(membership.accountId, accountId)))
    .where(and(eq(team.id, teamId), isNull(team.deletedAt)));
  return rows[0];
}
export type TeamOf = NonNullable<Awaited<ReturnType<typeof findTeamOf>>>;

/** Teams of an account in the order of their making, those after `cursor` (a team id) only. */
export function listTeamsOf(tx: ScopedTx, accountId: string, limit: number, cursor?: string) {
  const isLive = isNull(team.deletedAt);
  return tx
    .select(teamColumns)
    .from(team)
    .innerJoin(membership, and(eq(membership.teamId, team.id), eq(membership.accountId, accountId)))
    .where(cursor === undefined ? isLive : and(isLive, gt(team.id, cursor)))
    .orderBy(asc(team.id))
    .limit(limit);
}

export type NewTeam = {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly personalOf: string | null;
  readonly createdBy: string;
  readonly creationKey: string | null;
};

/** The team that an earlier call of the same account made with the same key. */
export async function findTeamByCreationKey(tx: ScopedTx, createdBy: string, creationKey: string) {
  const rows = await tx
    .select({ id: team.id, name: team.name })
    .from(team)
    .where(and(eq(team.createdBy, createdBy), eq(team.creationKey, creationKey)));
  return rows[0];
}

/** `false` when the slug is taken, or the account has its personal team already. */
export async function insertTeam(tx: ScopedTx, fresh: NewTeam, now: Date): Promise<boolean> {
  const rows = await tx
    .insert(team)
    .values({ ...fresh, createdAt: now, updatedAt: now })
    .onConflictDoNothing()
    .returning({ id: team.id });
  return rows.length > 0;
}

export async function updateTeam(
  tx: ScopedTx,
  teamId: string,
  change: { readonly name?: string; readonly deletedAt?: Date; readonly provisionedAt?: Date },
  now: Date,
): Promise<void> {
  await tx
    .update(team)
    .set({ ...change, updatedAt: now })
    .where(eq(team.id, teamId));
}

export async function findPersonalTeam(tx: ScopedTx, accountId: string) {
  const rows = await tx.select().from(team).where(eq(team.personalOf, accountId));
  return rows[0];
}

import type { Role } from "@dap/contract";
import { and, eq, isNull } from "drizzle-orm";
import { inOwnTeams, inScope } from "../database/database";
import { membership } from "../database/table/membership";
import { team } from "../database/table/team";
import type { TeamDeps } from "../deps";
import { findPersonalTeam } from "../team/query";
import { addTeam, provisionTeam } from "../team/service";
import { findPermVer, type Person, saveProfile } from "./query";

/** The account's personal team, made if it is missing. However often and by however many asked at once: one team. */
export async function ensurePersonalTeam(deps: TeamDeps, person: Person) {
  const found = await inScope(deps.db, { accountId: person.accountId }, async (tx) => {
    const now = new Date(deps.clock.nowMs());
    await saveProfile(tx, person, now);
    const known = await findPersonalTeam(tx, person.accountId);
    if (known) return known;
    const fresh = {
      ownerId: person.accountId,
      name: `${person.name}'s team`,
      personalOf: person.accountId,
      creationKey: null,
    };
    await addTeam(tx, fresh, now);
    return findPersonalTeam(tx, person.accountId);
  });
  if (!found) throw new Error("the personal team could not be made");
  if (found.provisionedAt === null) await provisionTeam(deps, found.id);
  return { teamId: found.id, slug: found.slug };
}

/** What an account may do: its role in each team it is in, and the version of that. */
export async function readAccess(deps: TeamDeps, accountId: string) {
  const { rows, permVer } = await inOwnTeams(deps.db, accountId, async (tx) => ({
    permVer: await findPermVer(tx, accountId),
    rows: await tx
      .select({ teamId: team.id, role: membership.role, provisionedAt: team.provisionedAt })
      .from(team)
      .innerJoin(membership, and(eq(membership.teamId, team.id), eq(membership.accountId, accountId)))
      .where(isNull(team.deletedAt)),
  }));
  const waiting = rows.filter(({ provisionedAt }) => provisionedAt === null);
  await Promise.all(waiting.map(({ teamId }) => provisionTeam(deps, teamId)));
  const teams: Record<string, Role> = Object.fromEntries(rows.map(({ teamId, role }) => [teamId, role]));
  return { teams, permVer: permVer ?? 0 };
}

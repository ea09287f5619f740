import { rolePermissions } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { newId } from "@dap/platform/id";
import type { Person } from "../access/query";
import { ensureProfile } from "../access/query";
import { inOwnTeams, inScope, listTeamIdsOf, type ScopedTx, scopeToTeams } from "../database/database";
import type { TeamDeps } from "../deps";
import { notFound } from "../guard";
import { findRole, insertMember, lockTeam, raisePermVer, raisePermVerOfTeam } from "../member/query";
import { findTeamByCreationKey, findTeamOf, insertTeam, listTeamsOf, type TeamOf, updateTeam } from "./query";
import { lengthenSlug, slugify } from "./slug";

/** Every team is a line in the access token: more than this would make it too long for a header. */
const teamsMax = 50;
const slugTriesMax = 5;

export type TeamOrder = {
  readonly maker: Person;
  readonly name: string;
  /** A repetition with the same key gives the team that the first call made. */
  readonly key: string | undefined;
};

/**
 * Makes a team, owned by its maker. Usable with the next access token. Fails with 422 `NAME_INVALID`, 409 `TEAM_LIMIT`,
 * and 409 `IDEMPOTENCY_KEY_REUSED` when the key has made a team of another name.
 */
export async function createTeam(deps: TeamDeps, { maker, name, key }: TeamOrder): Promise<TeamOf> {
  const fitName = checkName(name);
  const { accountId } = maker;
  const teamId = await inOwnTeams(deps.db, accountId, async (tx) => {
    const now = new Date(deps.clock.nowMs());
    // Locks the profile: a repetition that comes at the same time waits here, and finds the team.
    await ensureProfile(tx, maker, now);
    return (await findMade(tx, accountId, key, fitName)) ?? (await makeTeam(tx, accountId, key, fitName, now));
  });
  await provisionTeam(deps, teamId);
  const team = await inOwnTeams(deps.db, accountId, (tx) => findTeamOf(tx, teamId, accountId));
  if (!team) throw notFound();
  return team;
}

async function findMade(tx: ScopedTx, accountId: string, key: string | undefined, name: string) {
  // Read after the lock was taken: the teams of the scope may be older.
  await scopeToTeams(tx, await listTeamIdsOf(tx, accountId));
  const made = key === undefined ? undefined : await findTeamByCreationKey(tx, accountId, key);
  if (made && made.name !== name) throw keyReused();
  return made?.id;
}

async function makeTeam(tx: ScopedTx, accountId: string, key: string | undefined, name: string, now: Date) {
  await requireRoom(tx, accountId);
  const made = await addTeam(tx, { ownerId: accountId, name, personalOf: null, creationKey: key ?? null }, now);
  // With a key: it made a team that its maker has left since, and cannot see.
  if (made === undefined) throw key === undefined ? new Error("no slug was free") : keyReused();
  return made;
}

/** Fails with 404, 403 and 422 `NAME_INVALID`. */
export async function renameTeam(deps: TeamDeps, teamId: string, actorId: string, name: string): Promise<TeamOf> {
  const fitName = checkName(name);
  return inScope(deps.db, { teamIds: [teamId] }, async (tx) => {
    await requirePermission(tx, teamId, actorId, "team:update");
    const now = new Date(deps.clock.nowMs());
    await updateTeam(tx, teamId, { name: fitName }, now);
    const team = await findTeamOf(tx, teamId, actorId);
    if (!team) throw notFound();
    return team;
  });
}

/** The team is gone for everybody at once; its row stays. Fails with 404, 403 and 409 `PERSONAL_TEAM`. */
export async function deleteTeam(deps: TeamDeps, teamId: string, actorId: string): Promise<void> {
  await inScope(deps.db, { teamIds: [teamId] }, async (tx) => {
    const team = await requirePermission(tx, teamId, actorId, "team:delete");
    if (team.personalOf !== null) {
      throw new Failure("PERSONAL_TEAM", 409, "A personal team stays as long as its account.");
    }
    const now = new Date(deps.clock.nowMs());
    await raisePermVerOfTeam(tx, teamId, now);
    await updateTeam(tx, teamId, { deletedAt: now }, now);
  });
}

const keyReused = () => new Failure("IDEMPOTENCY_KEY_REUSED", 409, "This Idempotency-Key was used for another team.");

export type FreshTeam = {
  readonly ownerId: string;
  readonly name: string;
  readonly personalOf: string | null;
  readonly creationKey: string | null;
};

/** Inserts a team with its owner and gives its id; `undefined` when nothing could be inserted. The owner's profile exists. */
export async function addTeam(tx: ScopedTx, { ownerId, name, ...kind }: FreshTeam, now: Date) {
  const id = newId();
  await scopeToTeams(tx, [id]);
  const base = slugify(name);
  for (let tries = 0; tries < slugTriesMax; tries += 1) {
    const slug = tries === 0 ? base : lengthenSlug(base);
    if (!(await insertTeam(tx, { id, name, slug, createdBy: ownerId, ...kind }, now))) continue;
    await insertMember(tx, { teamId: id, accountId: ownerId, role: "owner" }, now);
    await raisePermVer(tx, ownerId, now);
    return id;
  }
  return undefined;
}

/** Tells data of a team. While data does not answer the team waits: every later access tells it again. */
export async function provisionTeam(deps: TeamDeps, teamId: string): Promise<void> {
  try {
    await deps.provision(teamId);
  } catch (error) {
    deps.log.warn("Data could not be told of a team yet.", { teamId, error });
    return;
  }
  const now = new Date(deps.clock.nowMs());
  await inScope(deps.db, { teamIds: [teamId] }, (tx) => updateTeam(tx, teamId, { provisionedAt: now }, now));
}

/** Checks the stored role, under a lock: a token may be a few minutes behind. */
async function requirePermission(
  tx: ScopedTx,
  teamId: string,
  actorId: string,
  permission: "team:update" | "team:delete",
) {
  const team = await lockTeam(tx, teamId);
  const role = team && (await findRole(tx, teamId, actorId));
  if (!team || !role) throw notFound();
  if (!rolePermissions[role].has(permission)) {
    throw new Failure("FORBIDDEN", 403, "Your role in this team does not allow that.");
  }
  return team;
}

async function requireRoom(tx: ScopedTx, accountId: string): Promise<void> {
  const teams = await listTeamsOf(tx, accountId, teamsMax);
  if (teams.length < teamsMax) return;
  throw new Failure("TEAM_LIMIT", 409, `An account is in at most ${teamsMax} teams.`);
}

function checkName(given: string): string {
  const name = given.trim();
  if (name !== "" && [...name].length <= 100 && !/\p{C}/u.test(name)) return name;
  throw new Failure("NAME_INVALID", 422, "A name has 1 to 100 characters, all of them visible.");
}

import type { Role } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { inScope, type ScopedTx } from "../database/database";
import type { TeamDeps } from "../deps";
import { notFound } from "../guard";
import { countOwners, deleteMember, findMember, findRole, lockTeam, raisePermVer, updateRole } from "./query";
import { judgeChange } from "./rule";

/** Who does what to whom. */
export type MemberAct = { readonly teamId: string; readonly actorId: string; readonly accountId: string };

/** Gives a member another role. Fails with 404, 403, and 409 `LAST_OWNER`. */
export async function changeRole({ db, clock }: TeamDeps, act: MemberAct, role: Role) {
  const now = new Date(clock.nowMs());
  return inScope(db, { teamIds: [act.teamId] }, async (tx) => {
    await requireChange(tx, act, role);
    await updateRole(tx, { ...act, role }, now);
    await raisePermVer(tx, act.accountId, now);
    const member = await findMember(tx, act.teamId, act.accountId);
    if (!member) throw notFound();
    return member;
  });
}

/** Removes a member, or lets one leave. Fails with 404, 403, and 409 `LAST_OWNER`. */
export async function removeMember({ db, clock }: TeamDeps, act: MemberAct): Promise<void> {
  await inScope(db, { teamIds: [act.teamId] }, async (tx) => {
    await requireChange(tx, act, undefined);
    // Before the removal: afterwards the profile is out of this transaction's sight.
    await raisePermVer(tx, act.accountId, new Date(clock.nowMs()));
    await deleteMember(tx, act.teamId, act.accountId);
  });
}

/** Decides by the stored roles, under a lock, so that two owners cannot both leave as "the other one stays". */
async function requireChange(tx: ScopedTx, { teamId, actorId, accountId }: MemberAct, next: Role | undefined) {
  if (!(await lockTeam(tx, teamId))) throw notFound();
  const actor = await findRole(tx, teamId, actorId);
  const target = await findRole(tx, teamId, accountId);
  const ownerCount = await countOwners(tx, teamId);
  const refusal = judgeChange({ actor, target, isSelf: actorId === accountId, next, ownerCount });
  if (refusal !== undefined) throw failures[refusal]();
}

const failures = {
  notFound,
  forbidden: () => new Failure("FORBIDDEN", 403, "Your role in this team does not allow that."),
  lastOwner: () =>
    new Failure("LAST_OWNER", 409, "A team keeps at least one owner. Make somebody else an owner first."),
};

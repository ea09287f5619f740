import { type Role, rolePermissions } from "@dap/contract";

/** Why a change of members is not made; `undefined` when it may be. */
export type Refusal = "notFound" | "forbidden" | "lastOwner" | undefined;

export type MemberChange = {
  /** Role of the one who acts, as stored; `undefined` when they are no member any more. */
  readonly actor: Role | undefined;
  /** Role of the one it is about; `undefined` when there is no such member. */
  readonly target: Role | undefined;
  readonly isSelf: boolean;
  /** The role to be given; `undefined` to remove. */
  readonly next: Role | undefined;
  readonly ownerCount: number;
};

/**
 * Who may change whom: managing needs `member:manage`; owners are made and unmade by owners only; anybody may leave;
 * a team keeps at least one owner.
 */
export function judgeChange({ actor, target, isSelf, next, ownerCount }: MemberChange): Refusal {
  if (actor === undefined || target === undefined) return "notFound";
  const isLeaving = isSelf && next === undefined;
  if (!isLeaving && !rolePermissions[actor].has("member:manage")) return "forbidden";
  const touchesOwner = target === "owner" || next === "owner";
  if (touchesOwner && actor !== "owner") return "forbidden";
  const losesOwner = target === "owner" && next !== "owner";
  return losesOwner && ownerCount <= 1 ? "lastOwner" : undefined;
}

import { Role, rolePermissions, roles } from "@dap/contract";
import { isUuid } from "@dap/platform/id";
import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { inScope } from "../database/database";
import type { TeamDeps } from "../deps";
import { type Guard, notFound } from "../guard";
import { cutPage, PageQuery, pageOf, readLimit } from "../page";
import { listMembers } from "./query";
import { changeRole, removeMember } from "./service";

const MemberView = Type.Object({
  accountId: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: Role,
  joinedAt: Type.String({ description: "ISO 8601" }),
});
const RoleView = Type.Object({ name: Role, permissions: Type.Array(Type.String()) });
const RoleChange = Type.Object({ role: Role }, { additionalProperties: false });

/** Who is in a team, and what each role may do. */
export const memberRoutes = (deps: TeamDeps, guard: Guard) =>
  new Elysia({ prefix: "/api/v1/teams/:teamId", tags: ["Member"] })
    .use(guard)
    .get("/members", ({ params, query }) => answerMembers(deps, params.teamId, query), {
      permission: "member:read",
      query: PageQuery,
      response: { 200: pageOf(MemberView) },
      detail: { summary: "Members of a team" },
    })
    .patch(
      "/members/:accountId",
      async ({ params, principal, body }) =>
        viewMember(await changeRole(deps, actOf(params, principal.accountId), body.role)),
      {
        permission: "member:manage",
        body: RoleChange,
        response: { 200: MemberView },
        detail: { summary: "Give a member another role" },
      },
    )
    .delete(
      "/members/:accountId",
      async ({ params, principal }) => {
        await removeMember(deps, actOf(params, principal.accountId));
        return new Response(null, { status: 204 });
      },
      {
        // Whoever sees the team may leave it; removing others is decided with the stored roles.
        permission: "team:read",
        detail: {
          summary: "Remove a member, or leave",
          responses: { 204: { description: "Done; the answer has no body." } },
        },
      },
    )
    .get("/roles", () => ({ items: roles.map(viewRole), nextCursor: null }), {
      permission: "member:read",
      response: { 200: pageOf(RoleView) },
      detail: { summary: "Roles and what each may do" },
    });

function actOf({ teamId, accountId }: { teamId: string; accountId: string }, actorId: string) {
  if (!isUuid(accountId)) throw notFound();
  return { teamId, accountId, actorId };
}

async function answerMembers(deps: TeamDeps, teamId: string, query: Static<typeof PageQuery>) {
  const limit = readLimit(query);
  const rows = await inScope(deps.db, { teamIds: [teamId] }, (tx) => listMembers(tx, teamId, limit + 1, query.cursor));
  return cutPage(rows.map(viewMember), limit, (member) => member.accountId);
}

type MemberRow = Awaited<ReturnType<typeof listMembers>>[number];

const viewMember = ({ joinedAt, ...member }: MemberRow) => ({ ...member, joinedAt: joinedAt.toISOString() });

const viewRole = (name: Role) => ({ name, permissions: [...rolePermissions[name]] });

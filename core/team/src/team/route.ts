import { Role } from "@dap/contract";
import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { inOwnTeams, inScope } from "../database/database";
import type { TeamDeps } from "../deps";
import { type Guard, notFound } from "../guard";
import { cutPage, PageQuery, pageOf, readLimit } from "../page";
import { findTeamOf, listTeamsOf, type TeamOf } from "./query";
import { createTeam, deleteTeam, renameTeam } from "./service";

const TeamView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  slug: Type.String({ description: "the team in page addresses: /t/{slug}" }),
  isPersonal: Type.Boolean(),
  role: Role,
  createdAt: Type.String({ description: "ISO 8601" }),
});
const TeamName = Type.Object({ name: Type.String({ maxLength: 1_000 }) }, { additionalProperties: false });

const IdempotencyHeader = Type.Object({
  "idempotency-key": Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
});

/** The teams of the one who asks. */
export const teamRoutes = (deps: TeamDeps, guard: Guard) =>
  new Elysia({ prefix: "/api/v1/teams", tags: ["Team"] })
    .use(guard)
    .get("/", ({ principal, query }) => answerTeams(deps, principal.accountId, query), {
      account: true,
      query: PageQuery,
      response: { 200: pageOf(TeamView) },
      detail: { summary: "Teams I am in" },
    })
    .post(
      "/",
      async ({ principal, body, headers, status }) => {
        const { accountId, email } = principal;
        const maker = { accountId, email, name: email };
        const team = await createTeam(deps, { maker, name: body.name, key: headers["idempotency-key"] });
        return status(201, viewTeam(team));
      },
      {
        account: true,
        headers: IdempotencyHeader,
        body: TeamName,
        response: { 201: TeamView },
        detail: {
          summary: "Make a team",
          description: "The access token at hand does not know of it: refresh, then work in it.",
        },
      },
    )
    .get("/:teamId", ({ principal, params }) => answerTeam(deps, params.teamId, principal.accountId), {
      permission: "team:read",
      response: { 200: TeamView },
      detail: { summary: "One team" },
    })
    .patch(
      "/:teamId",
      async ({ principal, params, body }) =>
        viewTeam(await renameTeam(deps, params.teamId, principal.accountId, body.name)),
      {
        permission: "team:update",
        body: TeamName,
        response: { 200: TeamView },
        detail: { summary: "Rename a team" },
      },
    )
    .delete(
      "/:teamId",
      async ({ principal, params }) => {
        await deleteTeam(deps, params.teamId, principal.accountId);
        return new Response(null, { status: 204 });
      },
      {
        permission: "team:delete",
        detail: { summary: "Delete a team", responses: { 204: { description: "Done; the answer has no body." } } },
      },
    );

async function answerTeams(deps: TeamDeps, accountId: string, query: Static<typeof PageQuery>) {
  const limit = readLimit(query);
  const rows = await inOwnTeams(deps.db, accountId, (tx) => listTeamsOf(tx, accountId, limit + 1, query.cursor));
  return cutPage(rows.map(viewTeam), limit, (team) => team.id);
}

async function answerTeam(deps: TeamDeps, teamId: string, accountId: string) {
  const team = await inScope(deps.db, { teamIds: [teamId] }, (tx) => findTeamOf(tx, teamId, accountId));
  if (!team) throw notFound();
  return viewTeam(team);
}

const viewTeam = ({ id, name, slug, personalOf, createdAt, role }: TeamOf): Static<typeof TeamView> => ({
  id,
  name,
  slug,
  isPersonal: personalOf !== null,
  role,
  createdAt: createdAt.toISOString(),
});

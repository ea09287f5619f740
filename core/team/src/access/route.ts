import { Role } from "@dap/contract";
import { isUuid } from "@dap/platform/id";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { TeamDeps } from "../deps";
import { type Guard, notFound } from "../guard";
import { ensurePersonalTeam, readAccess } from "./service";

const Owner = Type.Object({ email: Type.String(), name: Type.String() }, { additionalProperties: false });
const Access = Type.Object({ teams: Type.Record(Type.String(), Role), permVer: Type.Integer() });

/** What identity asks; for services only, and never passed on by the edge. */
export const accessRoutes = (deps: TeamDeps, guard: Guard) =>
  new Elysia({ prefix: "/internal/accounts/:accountId" })
    .use(guard)
    .put(
      "/personal-team",
      ({ params, body }) => ensurePersonalTeam(deps, { accountId: checkId(params.accountId), ...body }),
      { service: ["identity"], body: Owner },
    )
    .get("/access", ({ params }) => readAccess(deps, checkId(params.accountId)), {
      service: ["identity"],
      response: { 200: Access },
    });

function checkId(accountId: string): string {
  if (!isUuid(accountId)) throw notFound();
  return accountId;
}

import type { ServiceName } from "@dap/contract";
import { requireService } from "@dap/platform/guard";
import { isUuid } from "@dap/platform/id";
import { type TSchema, Type } from "@sinclair/typebox";
import { sql } from "drizzle-orm";
import type { DataDeps } from "../deps";
import { pollFeed } from "../feed/long-poll";
import { type Answer, ok, toResponse } from "../http/answer";
import { parseWith } from "../http/body";
import { notFound } from "../http/perform";
import { setUpTeam } from "../setup/service";

type InternalCall = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly request: Request;
};

/** A route for other services: it names who may call; to everybody else it does not exist. */
export type InternalRoute = {
  readonly method: "GET" | "PUT" | "POST";
  readonly path: `/internal/${string}`;
  readonly callers: readonly ServiceName[];
  readonly query?: TSchema;
  readonly handle: (call: InternalCall) => Promise<Answer>;
};

const count = Type.String({ pattern: "^[0-9]{1,15}$" });
const FeedQuery = Type.Object({
  since: Type.Optional(count),
  wait: Type.Optional(Type.String({ pattern: "^[0-9]{1,2}$", description: "seconds, 30 at most" })),
  edge: Type.Optional(Type.String({ pattern: "^[0-9A-Za-z._-]{1,100}$" })),
});
const EventQuery = Type.Object({ after: Type.Optional(count), limit: Type.Optional(count) });

export function internalRoutes(deps: DataDeps): readonly InternalRoute[] {
  return [
    {
      method: "PUT",
      path: "/internal/teams/:teamId",
      callers: ["team"],
      handle: async ({ params: { teamId } }) => {
        if (!isUuid(teamId)) throw notFound();
        await setUpTeam(deps.db, deps.catalogue, teamId.toLowerCase());
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: "/internal/routes",
      callers: ["edge"],
      query: FeedQuery,
      handle: async ({ query, request }) => {
        const { since, wait, edge } = parseWith(FeedQuery, query, "INVALID_QUERY");
        const page = await pollFeed(deps, {
          since: Number(since ?? 0),
          waitMs: Math.min(Number(wait ?? 0), 30) * 1_000,
          edgeId: edge,
          signal: AbortSignal.any([request.signal, deps.stopping]),
        });
        return ok(page);
      },
    },
    {
      method: "GET",
      path: "/internal/runs/:runId",
      callers: ["realtime", "edge", "compute"],
      handle: async ({ params }) => {
        const row = await findRun(deps, params.runId);
        return ok({ teamId: row.teamId, workflowId: row.workflowId, status: row.status, lastSeq: row.lastSeq });
      },
    },
    {
      method: "GET",
      path: "/internal/runs/:runId/events",
      callers: ["realtime"],
      handle: async ({ params, query }) => {
        const { after, limit } = parseWith(EventQuery, query, "INVALID_QUERY");
        const row = await findRun(deps, params.runId);
        const most = Math.min(Number(limit ?? 1_000), 1_000);
        return ok({ items: await deps.runStore.readEvents(row.teamId, row.id, Number(after ?? 0), most) });
      },
    },
    {
      // A run was accepted by somebody who writes to the database himself: the relay need not wait for its next look.
      method: "POST",
      path: "/internal/dispatches",
      callers: ["edge", "compute"],
      handle: async () => {
        deps.wakeRelay();
        return { status: 204 };
      },
    },
  ];
}

/** The run with its team, for a service that knows only the run's id. */
async function findRun({ systemDb, runStore }: DataDeps, runId: string | undefined) {
  if (!isUuid(runId)) throw notFound();
  const [owner] = await systemDb.execute<{ team_id: string }>(sql`select team_id from run where id = ${runId}::uuid`);
  const row = owner && (await runStore.findRun(owner.team_id, runId));
  if (!row) throw notFound();
  return row;
}

export async function performInternal(
  route: InternalRoute,
  request: Request,
  params: Readonly<Record<string, string>>,
  { authenticate }: Pick<DataDeps, "authenticate">,
): Promise<Response> {
  requireService(await authenticate(request), route.callers);
  const query = Object.fromEntries(new URL(request.url).searchParams);
  return toResponse(await route.handle({ params, query, request }));
}

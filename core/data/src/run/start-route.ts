import type { Json } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { type PlanCache, RunDataError } from "@dap/run";
import { Type } from "@sinclair/typebox";
import type { DataDeps } from "../deps";
import { type Answer, ok } from "../http/answer";
import { type AnyRoute, route } from "../http/declare";
import { actorOf, readIdempotencyKey } from "../http/once";
import { workflowFinder } from "../workflow/find";
import { RunAccepted, RunResult } from "./answer";
import { awaitEnd } from "./await-end";
import { startRun } from "./start";
import { runChanged, runResult } from "./view";

const closed = { additionalProperties: false } as const;
const StartBody = Type.Object(
  {
    input: Type.Optional(Type.Unknown({ description: "what the trigger's input schema asks for; {} by default" })),
    draft: Type.Optional(Type.Boolean({ description: "run the draft instead of the published version" })),
  },
  closed,
);
const waitMsMax = 60_000;

/** Starting a run by hand or over the API. */
export function startRoutes(deps: DataDeps, planOf: PlanCache): readonly AnyRoute[] {
  return [
    route({
      method: "POST",
      path: "/workflows/:workflowId/runs",
      permission: "run:start",
      summary: "Start a run; with wait=result wait up to 60 s for its end",
      answers: { 200: RunResult, 202: RunAccepted },
      find: workflowFinder(deps.db),
      query: Type.Object({ wait: Type.Optional(Type.Literal("result")) }, closed),
      body: StartBody,
      handle: async ({ request, principal, teamId, resource, query, body }) => {
        const { runId } = await startRun(
          { ...deps, planOf },
          {
            workflow: resource,
            // Read by JSON.parse, so it is JSON.
            input: (body.input ?? {}) as Json,
            isDraft: body.draft ?? false,
            by: actorOf(principal),
            idempotencyKey: readIdempotencyKey(request),
          },
        ).catch(refuseUnstorable);
        deps.wakeRelay();
        void announce(deps, teamId, runId);
        if (query.wait !== "result") return accepted(deps, teamId, runId);
        const signal = AbortSignal.any([request.signal, deps.stopping]);
        const ended = await awaitEnd(deps, teamId, runId, { waitMs: waitMsMax, signal });
        return ended ? ok(runResult(ended)) : accepted(deps, teamId, runId);
      },
    }),
  ];
}

function accepted({ publicUrl }: DataDeps, teamId: string, runId: string): Answer {
  const statusPath = `/api/v1/teams/${teamId}/runs/${runId}`;
  return { status: 202, body: { runId, statusUrl: `${publicUrl}${statusPath}` }, headers: { location: statusPath } };
}

function refuseUnstorable(error: unknown): never {
  if (error instanceof RunDataError)
    throw new Failure("INPUT_REFUSED", 422, "The input holds something that cannot be stored.", { cause: error });
  throw error;
}

/** Tells the team's watchers what became of a run. Best effort: whoever misses it reads the list. */
export async function announce({ runStore, realtime, log }: DataDeps, teamId: string, runId: string): Promise<void> {
  try {
    const row = await runStore.findRun(teamId, runId);
    if (row) realtime.publish([runChanged(row)]);
  } catch (error) {
    log.warn("A run could not be announced.", { runId, error });
  }
}

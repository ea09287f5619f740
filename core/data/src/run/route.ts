import { isTerminal, RunStatus } from "@dap/contract";
import { timeline } from "@dap/engine";
import { Failure } from "@dap/platform/failure";
import { isUuid } from "@dap/platform/id";
import type { PlanCache, RunFilter, RunRow } from "@dap/run";
import { type Static, Type } from "@sinclair/typebox";
import type { DataDeps } from "../deps";
import { type Answer, ok } from "../http/answer";
import { type AnyRoute, route } from "../http/declare";
import { actorOf } from "../http/once";
import { pageLimit, pageQuery } from "../http/page";
import { notFound } from "../http/perform";
import { workflowFinder } from "../workflow/find";
import { cursorUnknown } from "../workflow/route";
import { CancelAnswer, EventPage, RunAnswer, RunPage } from "./answer";
import { readAllEvents } from "./read-event";
import { announce } from "./start-route";
import { runDetail, runSummary } from "./view";

const closed = { additionalProperties: false } as const;
const statusFilter = { status: Type.Optional(RunStatus) };
const WorkflowRunQuery = Type.Object({ ...pageQuery, ...statusFilter }, closed);
const RunQuery = Type.Object(
  { ...pageQuery, ...statusFilter, workflowId: Type.Optional(Type.String({ pattern: "^[0-9A-Fa-f-]{36}$" })) },
  closed,
);
const EventQuery = Type.Object(
  { after: Type.Optional(Type.String({ pattern: "^[0-9]{1,9}$" })), limit: pageQuery.limit },
  closed,
);
const CancelBody = Type.Object({ force: Type.Optional(Type.Boolean()) }, closed);

/** Runs: list, look into, cancel. */
export function runRoutes(deps: DataDeps, planOf: PlanCache): readonly AnyRoute[] {
  const { runStore } = deps;
  const find = async (teamId: string, { runId }: Readonly<Record<string, string>>) =>
    isUuid(runId) ? runStore.findRun(teamId, runId) : undefined;
  return [
    route({
      method: "GET",
      path: "/runs",
      permission: "run:read",
      summary: "List the team's runs, newest first",
      answers: { 200: RunPage },
      query: RunQuery,
      handle: ({ teamId, query }) => listRuns(deps, teamId, query),
    }),
    route({
      method: "GET",
      path: "/workflows/:workflowId/runs",
      permission: "run:read",
      summary: "List a workflow's runs, newest first",
      answers: { 200: RunPage },
      find: workflowFinder(deps.db),
      query: WorkflowRunQuery,
      handle: ({ teamId, resource, query }) => listRuns(deps, teamId, { ...query, workflowId: resource.id }),
    }),
    route({
      method: "GET",
      path: "/runs/:runId",
      permission: "run:read",
      summary: "Get a run with the timeline of its steps",
      answers: { 200: RunAnswer },
      find,
      handle: async ({ resource: row }) => {
        const [events, plan] = await Promise.all([
          readAllEvents(runStore, row),
          planOf(row.teamId, row.workflowId, row.version),
        ]);
        const steps = plan
          ? timeline(
              plan,
              events.map(({ event }) => event),
            )
          : [];
        return ok(runDetail(row, events, steps));
      },
    }),
    route({
      method: "GET",
      path: "/runs/:runId/events",
      permission: "run:read",
      summary: "The run's events after a sequence number",
      answers: { 200: EventPage },
      find,
      query: EventQuery,
      handle: async ({ resource: row, query }) => {
        const limit = query.limit === undefined ? 200 : pageLimit(query.limit);
        const items = await runStore.readEvents(row.teamId, row.id, Number(query.after ?? 0), limit);
        const last = items.at(-1)?.seq;
        return ok({ items, nextCursor: last !== undefined && last < row.lastSeq ? String(last) : null });
      },
    }),
    route({
      method: "POST",
      path: "/runs/:runId/cancel",
      permission: "run:cancel",
      summary: "Ask a run to stop; force skips what it would do on leaving",
      answers: { 202: CancelAnswer },
      find,
      body: CancelBody,
      handle: ({ resource, body, principal }) =>
        cancelRun(deps, resource, { force: body.force ?? false, by: actorOf(principal).id }),
    }),
  ];
}

type ListQuery = Static<typeof RunQuery>;

async function listRuns({ runStore }: DataDeps, teamId: string, query: ListQuery): Promise<Answer> {
  if (query.cursor !== undefined && !isUuid(query.cursor)) throw cursorUnknown();
  // No run has an id that is none; a foreign workflow's runs are not there either.
  if (query.workflowId !== undefined && !isUuid(query.workflowId)) return ok({ items: [], nextCursor: null });
  const filter: RunFilter = {
    limit: pageLimit(query.limit),
    ...(query.cursor !== undefined && { cursor: query.cursor }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.workflowId !== undefined && { workflowId: query.workflowId }),
  };
  const { items, nextCursor } = await runStore.listRuns(teamId, filter);
  return ok({ items: items.map(runSummary), nextCursor: nextCursor ?? null });
}

/** Only a signal is written: the run's owner, or the worker that the doorbell finds, acts on it. */
async function cancelRun(deps: DataDeps, row: RunRow, cancel: { force: boolean; by: string }): Promise<Answer> {
  const answer: Answer = { status: 202, body: { runId: row.id, status: "cancelling" } };
  if (row.status === "cancelling" && !cancel.force) return answer;
  const outcome = isTerminal(row.status)
    ? "ended"
    : await deps.runStore.signalRun(row.teamId, row.id, { kind: "cancelRequested", ...cancel });
  if (outcome === "missing") throw notFound();
  if (outcome === "ended") throw new Failure("RUN_ENDED", 409, "The run has ended already.");
  deps.wakeRelay();
  void announce(deps, row.teamId, row.id);
  return answer;
}

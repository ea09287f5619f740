import type { Principal } from "@dap/contract";
import { timeline } from "@dap/engine";
import { Failure } from "@dap/platform/failure";
import { isUuid } from "@dap/platform/id";
import type { OpenApproval, PlanCache, RunRow } from "@dap/run";
import { type Static, Type } from "@sinclair/typebox";
import type { DataDeps } from "../deps";
import { ok } from "../http/answer";
import { Instant, pageOf } from "../http/answer-schema";
import { type AnyRoute, route } from "../http/declare";
import { actorOf } from "../http/once";
import { pageLimit, pageQuery, toPage } from "../http/page";
import { notFound } from "../http/perform";
import { readAllEvents } from "../run/read-event";
import { announce } from "../run/start-route";
import { cursorUnknown } from "../workflow/route";

const closed = { additionalProperties: false } as const;
const Choice = Type.Union([Type.Literal("approve"), Type.Literal("reject")]);
const DecideBody = Type.Object({ decision: Choice, note: Type.Optional(Type.String({ maxLength: 2_000 })) }, closed);
const ApprovalAnswer = Type.Object(
  {
    id: Type.String(),
    runId: Type.String(),
    workflowId: Type.String(),
    workflowName: Type.String(),
    stepId: Type.String(),
    title: Type.Unknown({ description: "what is asked" }),
    approvers: Type.Array(Type.String(), { description: "roles and addresses; empty: whoever may answer approvals" }),
    needed: Type.Integer(),
    decisions: Type.Array(
      Type.Object({ by: Type.String(), decision: Choice, note: Type.String(), at: Instant }, closed),
    ),
    dueAt: Instant,
  },
  closed,
);

type Place = { readonly runId: string; readonly stepKey: string };

/** `<run>.<step>`, with the rounds of loops behind further points. */
const idOf = ({ runId, stepKey }: Place): string => `${runId}.${stepKey.replaceAll("/", ".")}`;

function readId(id: string | undefined): Place | undefined {
  const [runId, ...key] = (id ?? "").split(".");
  const stepKey = key.join("/");
  return isUuid(runId) && /^[a-z][A-Za-z0-9_]{0,63}(\/\d{1,9})*$/.test(stepKey) ? { runId, stepKey } : undefined;
}

const stepIdOf = (stepKey: string): string => stepKey.split("/", 1)[0] ?? "";

/** Approvals: which wait for an answer, and the answer. */
export function approvalRoutes(deps: DataDeps, planOf: PlanCache): readonly AnyRoute[] {
  const { runStore } = deps;
  return [
    route({
      method: "GET",
      path: "/approvals",
      permission: "run:read",
      summary: "List the approvals that wait for an answer, oldest run first",
      answers: { 200: pageOf(ApprovalAnswer) },
      query: Type.Object(pageQuery, closed),
      handle: async ({ teamId, query }) => {
        const limit = pageLimit(query.limit);
        const after = query.cursor === undefined ? undefined : readId(query.cursor);
        if (query.cursor !== undefined && after === undefined) throw cursorUnknown();
        const page = toPage(await runStore.listApprovals(teamId, after, limit + 1), limit, idOf);
        const items = await Promise.all(page.items.map((open) => describeApproval(deps, planOf, teamId, open)));
        return ok({ ...page, items: items.filter((item) => item !== undefined) });
      },
    }),
    route({
      method: "POST",
      path: "/approvals/:approvalId/decide",
      permission: "approval:answer",
      summary: "Approve or reject; each person once",
      answers: { 200: Type.Object({ id: Type.String(), decision: Choice }, closed) },
      find: async (teamId, { approvalId }) => {
        const place = readId(approvalId);
        const run = place && (await runStore.findRun(teamId, place.runId));
        return run && { run, ...place };
      },
      body: DecideBody,
      handle: async ({ principal, teamId, resource, body }) => {
        await decide(deps, planOf, principal, resource, body);
        deps.wakeRelay();
        void announce(deps, teamId, resource.runId);
        return ok({ id: idOf(resource), decision: body.decision });
      },
    }),
  ];
}

async function decide(
  { runStore }: DataDeps,
  planOf: PlanCache,
  principal: Principal,
  { run, stepKey }: Place & { readonly run: RunRow },
  { decision, note = "" }: Static<typeof DecideBody>,
): Promise<void> {
  const plan = await planOf(run.teamId, run.workflowId, run.version);
  const approval = plan?.steps.get(stepIdOf(stepKey))?.approval;
  if (approval === undefined) throw notFound();
  if (!mayAnswer(principal, run.teamId, approval.approvers))
    throw new Failure("NOT_AN_APPROVER", 403, "Somebody else has to answer this.");
  const { id: byId } = actorOf(principal);
  const by = principal.kind === "account" ? principal.email : byId;
  const said = { kind: "approvalDecided", stepKey, by, byId, decision, note } as const;
  switch (await runStore.decideApproval(run.teamId, run.id, said, approval.needed)) {
    case "answered":
      return;
    case "repeated":
      throw new Failure("DECIDED_BEFORE", 409, "You have answered this already.");
    case "taken":
      throw new Failure("APPROVAL_DECIDED", 409, "This is decided already.");
    case "expired":
    case "ended":
      throw new Failure("APPROVAL_OVER", 410, "It is too late to answer this.");
    case "missing":
      throw notFound();
  }
}

/** Named are roles and addresses; an address counts once its account has shown that it is its own. */
function mayAnswer(principal: Principal, teamId: string, approvers: readonly string[]): boolean {
  if (approvers.length === 0) return true;
  if (principal.kind !== "account") return false;
  const role = Object.hasOwn(principal.teams, teamId) ? principal.teams[teamId] : undefined;
  if (role !== undefined && approvers.includes(role)) return true;
  const email = principal.email.toLowerCase();
  return principal.emailVerified && approvers.some((one) => one.toLowerCase() === email);
}

/** `undefined` when the run has gone past it by another way. */
async function describeApproval(
  { runStore }: DataDeps,
  planOf: PlanCache,
  teamId: string,
  open: OpenApproval,
): Promise<Static<typeof ApprovalAnswer> | undefined> {
  const run = await runStore.findRun(teamId, open.runId);
  const plan = run && (await planOf(teamId, run.workflowId, run.version));
  if (!run || !plan) return undefined;
  const events = (await readAllEvents(runStore, run)).map(({ event }) => event);
  const view = timeline(plan, events).find(({ stepKey }) => stepKey === open.stepKey);
  const approval = plan.steps.get(stepIdOf(open.stepKey))?.approval;
  if (view?.status !== "waiting" || approval === undefined) return undefined;
  const decisions = events.flatMap((event) =>
    event.kind === "approvalDecided" && event.stepKey === open.stepKey
      ? [{ by: event.by, decision: event.decision, note: event.note, at: new Date(event.atMs).toISOString() }]
      : [],
  );
  // The engine's note of an approval says what is asked.
  const { title } = view.input as { title: unknown };
  return {
    id: idOf(open),
    runId: run.id,
    workflowId: run.workflowId,
    workflowName: run.workflowName,
    stepId: view.stepId,
    title,
    approvers: [...approval.approvers],
    needed: approval.needed,
    decisions,
    dueAt: new Date(open.dueAtMs).toISOString(),
  };
}

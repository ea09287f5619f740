import { type AcceptedEvent, isJsonObject, type Json, type JsonObject, type Workflow } from "@dap/contract";
import { type Plan, validate } from "@dap/engine";
import { semantics } from "@dap/expression";
import { Failure } from "@dap/platform/failure";
import { newId } from "@dap/platform/id";
import type { AcceptOutcome, PlanCache, RunStore } from "@dap/run";
import { type Database, inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { keepDraftVersion } from "../version/query";
import type { PublishWho } from "../version/service";
import { requirePlan } from "../workflow/check";
import { readStoredDocument } from "../workflow/document";
import type { WorkflowRow } from "../workflow/query";
import { inputOf } from "./view";

export type StartDeps = Pick<DataDeps, "db" | "runStore" | "catalogue" | "nowMs" | "publicUrl"> & {
  readonly planOf: PlanCache;
};

export type StartRequest = {
  readonly workflow: WorkflowRow;
  readonly input: Json;
  /** Runs the draft as it is, pinned to a version of its own that is listed nowhere. */
  readonly isDraft: boolean;
  readonly by: PublishWho;
  readonly idempotencyKey: string | undefined;
};

/**
 * Accepts a run that somebody starts by hand or over the API: row, first event and dispatch are committed when this
 * returns. Refuses with 409 (`NOT_PUBLISHED`, `WORKFLOW_PAUSED`) or 422 (`INPUT_REFUSED`, `DOCUMENT_REFUSED`).
 */
export async function startRun(deps: StartDeps, request: StartRequest): Promise<AcceptOutcome> {
  const { plan, version } = request.isDraft ? planDraft(deps, request) : await planActive(deps, request);
  checkInput(plan, request.input);
  // Only now: a refused start stores nothing.
  if (request.isDraft) await keepDraft(deps.db, request, plan.document);
  const accepted: AcceptedEvent = {
    ...acceptedEvent(request, plan, version, deps.nowMs()),
    ...(plan.givesLinks && { publicUrl: deps.publicUrl }),
  };
  const outcome = await acceptOne(deps.runStore, accepted, plan.document.deadlineMs, request.idempotencyKey);
  if (outcome.kind === "repeated") await requireSameInput(deps.runStore, accepted, outcome.runId);
  return outcome;
}

/** As for every other POST: a key that came with another input before is a mistake, and no answer fits it. */
async function requireSameInput(store: RunStore, accepted: AcceptedEvent, runId: string): Promise<void> {
  const [first] = await store.readEvents(accepted.teamId, runId, 0, 1);
  if (first?.event.kind !== "accepted") return;
  // As it is written down: -0 was stored as 0.
  if (JSON.stringify(inputOf(first.event)) === JSON.stringify(inputOf(accepted))) return;
  throw new Failure("IDEMPOTENCY_KEY_REUSED", 422, "This Idempotency-Key came with another input before.");
}

type Pinned = { readonly plan: Plan; readonly version: number };

function planDraft({ catalogue }: StartDeps, { workflow }: StartRequest): Pinned {
  const { plan } = requirePlan(readStoredDocument(workflow.draft), catalogue);
  return { plan, version: -workflow.draftVersion };
}

async function planActive({ planOf }: StartDeps, { workflow }: StartRequest): Promise<Pinned> {
  const version = workflow.activeVersion;
  if (version === null) throw new Failure("NOT_PUBLISHED", 409, "The workflow is not published yet.");
  if (workflow.paused) throw new Failure("WORKFLOW_PAUSED", 409, "The workflow is paused.");
  const plan = await planOf(workflow.teamId, workflow.id, version);
  if (!plan)
    throw new Failure("VERSION_UNUSABLE", 409, "This release cannot run the published version. Publish it again.");
  return { plan, version };
}

/** The first run of a draft keeps it; a later one of the same draft finds it. */
const keepDraft = (db: Database, { workflow, by }: StartRequest, document: Workflow) =>
  inTeam(db, workflow.teamId, (tx) =>
    keepDraftVersion(tx, {
      teamId: workflow.teamId,
      workflowId: workflow.id,
      version: -workflow.draftVersion,
      name: document.name,
      triggerKind: document.trigger.kind,
      document: workflow.draft,
      note: "",
      createdByKind: by.kind,
      createdById: by.id,
    }),
  );

function checkInput(plan: Plan, input: Json): void {
  const violations = plan.inputSchema ? validate(plan.inputSchema, input) : [];
  const misplaced =
    plan.inputPlace === "query" && !isJsonObject(input) ? [{ path: "", message: "is not an object" }] : [];
  const problems = [...misplaced, ...violations].map(({ path, message }) => ({
    path,
    code: "INPUT",
    message,
    severity: "error" as const,
  }));
  if (problems.length > 0)
    throw new Failure("INPUT_REFUSED", 422, "The input does not fit the workflow's schema.", { problems });
}

const acceptedEvent = (
  { workflow, input }: StartRequest,
  plan: Plan,
  version: number,
  atMs: number,
): AcceptedEvent => ({
  kind: "accepted",
  atMs,
  runId: newId(),
  teamId: workflow.teamId,
  workflow: { id: workflow.id, name: plan.document.name, version },
  semantics,
  triggerKind: "manual",
  trigger: triggerOf(plan, input, atMs),
  vars: {},
});

/** The same shape as a call of the endpoint or a tick gives, so that a workflow cannot tell the two apart. */
function triggerOf({ document: { trigger }, inputPlace }: Plan, input: Json, atMs: number): JsonObject {
  // Its body is its own; started by hand it is its own as well.
  if (trigger.kind === "schedule") return { scheduledAt: new Date(atMs).toISOString(), body: trigger.input ?? null };
  const method = (trigger.kind === "webhook" ? trigger.methods?.[0] : undefined) ?? "POST";
  return inputPlace === "query"
    ? { body: null, query: input, headers: {}, method, path: "" }
    : { body: input, query: {}, headers: {}, method, path: "" };
}

async function acceptOne(
  store: RunStore,
  accepted: AcceptedEvent,
  deadlineMs: number | undefined,
  key: string | undefined,
): Promise<AcceptOutcome> {
  const [outcome] = await store.acceptRuns([
    {
      accepted,
      ...(key !== undefined && { idempotency: { scope: `api:${accepted.workflow.id}`, key } }),
      ...(deadlineMs !== undefined && { deadlineAtMs: accepted.atMs + deadlineMs }),
    },
  ]);
  if (!outcome) throw new Error("The run store gave no outcome");
  return outcome;
}

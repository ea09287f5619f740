import type { AcceptedEvent, Json, PublishedVersion, RunOutcome, WebhookTrigger } from "@dap/contract";
import { type Plan, semantics, validate } from "@dap/engine";
import { Failure } from "@dap/platform/failure";
import { type AcceptOutcome, type RecordOutcome, RunDataError, type RunRecord, type RunStart } from "@dap/run";
import { type Cors, corsHeaders, preflight } from "../gateway/cors";
import type { PlanCache } from "../route/plan-cache";
import type { Snapshot, Target } from "../route/snapshot";
import type { InlineResult } from "../run/inline";
import type { Awaited } from "../run/wait";
import { answerAccepted, answerOutcome, answerResponse } from "./answer";
import { bodyBytesDefault, bodyParser } from "./body";
import { deliveryKey, makeTrigger } from "./trigger";

export type WebhookDeps = {
  readonly snapshot: Snapshot;
  readonly plans: PlanCache;
  readonly catchUp: () => Promise<void>;
  readonly runInline: (plan: Plan, accepted: AcceptedEvent) => InlineResult | Promise<InlineResult>;
  /** Both are grouped: many callers share one commit. */
  readonly accept: (start: RunStart) => Promise<AcceptOutcome>;
  readonly record: (record: RunRecord) => Promise<RecordOutcome>;
  readonly awaitRun: (teamId: string, runId: string, timeoutMs: number) => Promise<Awaited>;
  /** Tells realtime of a run that is already over. */
  readonly announce: (result: InlineResult, accepted: AcceptedEvent) => void;
  readonly statusUrl: (teamId: string, runId: string) => string;
  /** Base of the links that runs give out. */
  readonly publicUrl?: string;
  readonly nowMs: () => number;
};

/** How long a caller with `reply: result` is kept waiting before 202 and a status URL. */
const waitMs = 60_000;

/** A request to a webhook. `freshId` is a new UUIDv7 that the run gets when there is one. */
export type Asked = {
  readonly request: Request;
  readonly pathname: string;
  readonly query: string;
  readonly requestId: string;
  readonly freshId: string;
};

type Call = {
  readonly plan: Plan;
  readonly trigger: WebhookTrigger;
  readonly start: RunStart;
  readonly requestId: string;
};

/**
 * Answers `/w/{endpointId}[/path]`. Everything that can be refused is refused before a run exists; a 2xx for a run is given
 * only after its commit. Fails with `Failure`s: 404 `ENDPOINT_NOT_FOUND`, 409 `WORKFLOW_PAUSED`, 405 `METHOD_NOT_ALLOWED`,
 * 400/413/415/422 for the body, 422 `INPUT_REFUSED` with the places that do not fit, 503 `STORE_UNAVAILABLE`.
 */
export function handleWebhook(asked: Asked, deps: WebhookDeps): Promise<Response> {
  const { endpointId, path } = splitPath(asked.pathname);
  const target = deps.snapshot.findTarget(endpointId);
  // Few promises on purpose: each layer of them costs as much as a step of the workflow.
  return target
    ? answerTarget(asked, target, path, deps)
    : findLateTarget(endpointId, deps).then((late) => answerTarget(asked, late, path, deps));
}

function answerTarget(asked: Asked, { route, version }: Target, path: string, deps: WebhookDeps): Promise<Response> {
  const trigger = webhookTrigger(version);
  const target = { route, version, trigger, path };
  return trigger.cors ? answerWithCors(asked, target, trigger.cors, deps) : answerCall(asked, target, deps);
}

async function answerWithCors(asked: Asked, target: CallTarget, cors: Cors, deps: WebhookDeps): Promise<Response> {
  const { request } = asked;
  if (request.method === "OPTIONS") return preflight(request, cors, methodsOf(target.trigger));
  const headers = corsHeaders(request, cors);
  try {
    const answer = await answerCall(asked, target, deps);
    for (const [name, value] of headers) answer.headers.set(name, value);
    return answer;
  } catch (error) {
    // A page that may call may also read why it was refused.
    throw error instanceof Failure ? withHeaders(error, Object.fromEntries(headers)) : error;
  }
}

async function answerCall(asked: Asked, target: CallTarget, deps: WebhookDeps): Promise<Response> {
  const { request } = asked;
  const { trigger } = target;
  if (target.route.paused) throw new Failure("WORKFLOW_PAUSED", 409, "This workflow is paused.");
  checkMethod(request.method, trigger);
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const parse = hasBody ? bodyParser(request, trigger.bodyBytesMax ?? bodyBytesDefault) : undefined;
  const body = parse ? parse(await request.bytes()) : null;
  const call = makeCall(asked, target, body, deps);
  if (call.plan.durability === "durable") return await answerDurable(call, deps);
  const running = deps.runInline(call.plan, call.start.accepted);
  const result = running instanceof Promise ? await running : running;
  if (isRecorded(trigger, result.outcome)) return await answerRecorded(call, result, deps);
  return answerOutcome(result.outcome, asked.freshId, asked.requestId);
}

const withHeaders = (failure: Failure, headers: Readonly<Record<string, string>>): Failure =>
  new Failure(failure.code, failure.status, failure.message, {
    cause: failure.cause,
    ...(failure.problems && { problems: failure.problems }),
    headers: { ...failure.headers, ...headers },
  });

function splitPath(pathname: string): { endpointId: string; path: string } {
  const slash = pathname.indexOf("/", 3);
  return slash < 0
    ? { endpointId: pathname.slice(3), path: "" }
    : { endpointId: pathname.slice(3, slash), path: pathname.slice(slash + 1) };
}

type CallTarget = Target & { readonly trigger: WebhookTrigger; readonly path: string };

/** An endpoint may have been published a moment ago: the feed is asked once before the address is called unknown. */
async function findLateTarget(endpointId: string, deps: WebhookDeps): Promise<Target> {
  if (/^[0-9A-Za-z]{22,64}$/.test(endpointId)) await deps.catchUp();
  const target = deps.snapshot.findTarget(endpointId);
  if (!target) throw new Failure("ENDPOINT_NOT_FOUND", 404, "No workflow is published at this address.");
  return target;
}

function webhookTrigger({ document }: PublishedVersion): WebhookTrigger {
  if (document.trigger.kind === "webhook") return document.trigger;
  throw new Failure("ENDPOINT_NOT_FOUND", 404, "No workflow is published at this address.");
}

const methodsOf = (trigger: WebhookTrigger): readonly string[] => trigger.methods ?? ["POST"];

function checkMethod(method: string, trigger: WebhookTrigger): void {
  const methods = methodsOf(trigger);
  if (methods.includes(method)) return;
  throw new Failure("METHOD_NOT_ALLOWED", 405, `This webhook takes ${methods.join(", ")}.`, {
    headers: { allow: methods.join(", ") },
  });
}

function makeCall(
  { request, query, requestId, freshId }: Asked,
  { route, version, trigger, path }: CallTarget,
  body: Json,
  deps: WebhookDeps,
): Call {
  const plan = deps.plans.getPlan(version);
  const content = makeTrigger(request, body, path, query);
  checkInput(plan, plan.inputPlace === "body" ? body : (content.query ?? null));
  const atMs = deps.nowMs();
  const { deadlineMs } = version.document;
  const start: RunStart = {
    accepted: {
      kind: "accepted",
      atMs,
      runId: freshId,
      teamId: route.teamId,
      workflow: { id: route.workflowId, name: version.name, version: version.version },
      semantics,
      triggerKind: "webhook",
      trigger: content,
      vars: {},
      ...(plan.givesLinks && deps.publicUrl !== undefined && { publicUrl: deps.publicUrl }),
    },
    ...idempotencyOf(request.headers, route.id),
    ...(deadlineMs === undefined ? {} : { deadlineAtMs: atMs + deadlineMs }),
  };
  return { plan, trigger, start, requestId };
}

function idempotencyOf(headers: Headers, endpointId: string): Pick<RunStart, "idempotency"> {
  const key = deliveryKey(headers);
  if (key === undefined) return {};
  if (key === "" || key.length > 255)
    throw new Failure("IDEMPOTENCY_KEY_INVALID", 422, "An idempotency key has 1 to 255 characters.");
  return { idempotency: { scope: `endpoint:${endpointId}`, key } };
}

function checkInput(plan: Plan, input: Json): void {
  if (!plan.inputSchema) return;
  const violations = validate(plan.inputSchema, input);
  if (violations.length === 0) return;
  const problems = violations.map(({ path, message }) => ({
    path,
    code: "INPUT",
    message,
    severity: "error" as const,
  }));
  throw new Failure("INPUT_REFUSED", 422, "The input does not fit the workflow's schema.", { problems });
}

async function answerRecorded({ start, requestId }: Call, result: InlineResult, deps: WebhookDeps): Promise<Response> {
  const { accepted } = start;
  const recorded = await deps.record({ start, events: result.events, outcome: result.outcome }).catch(refuseUnwritten);
  if (recorded.kind === "recorded") {
    deps.announce(result, accepted);
    return answerOutcome(result.outcome, accepted.runId, requestId);
  }
  if (recorded.outcome) return answerOutcome(recorded.outcome, recorded.runId, requestId);
  return answerAccepted(recorded.runId, deps.statusUrl(accepted.teamId, recorded.runId), requestId);
}

const isRecorded = ({ record }: WebhookTrigger, outcome: RunOutcome): boolean =>
  record === undefined || record === "all" || (record === "failures" && outcome.status !== "succeeded");

async function answerDurable({ trigger, start, requestId }: Call, deps: WebhookDeps): Promise<Response> {
  const { teamId } = start.accepted;
  const { runId } = await deps.accept(start).catch(refuseUnwritten);
  const accepted = (): Response => answerAccepted(runId, deps.statusUrl(teamId, runId), requestId);
  if (trigger.reply !== "result") return accepted();
  const awaited = await deps.awaitRun(teamId, runId, waitMs);
  switch (awaited.kind) {
    case "responded":
      return answerResponse(awaited.response, runId);
    case "ended":
      return answerOutcome(awaited.outcome, runId, requestId);
    case "going":
      return accepted();
  }
}

/** Without the store there is no promise to make: the sender is told to come again. */
function refuseUnwritten(cause: unknown): never {
  if (cause instanceof Failure) throw cause;
  // Sending the same again would meet the same.
  if (cause instanceof RunDataError)
    throw new Failure("INPUT_REFUSED", 422, "The request holds something that cannot be stored.", { cause });
  throw new Failure("STORE_UNAVAILABLE", 503, "Nothing can be accepted right now. Please send it again.", {
    cause,
    headers: { "retry-after": "1" },
  });
}

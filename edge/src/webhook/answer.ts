import type { Json, RunOutcome, RunResponse } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { refusal } from "./refusal";

/** The answer to a caller who waited for the run's end: the output, or 422 `RUN_FAILED` with the step and its code. */
export function answerOutcome(outcome: RunOutcome, runId: string, requestId: string): Response {
  switch (outcome.status) {
    case "succeeded":
      return json(outcome.output, 200, runId, requestId);
    case "cancelled":
      return refusal(new Failure("RUN_CANCELLED", 422, "The run was cancelled."), requestId, { runId });
    case "failed":
    case "diverged": {
      const stepId = outcome.status === "failed" ? outcome.stepKey?.split("/", 1)[0] : undefined;
      const detail = { runId, stepCode: outcome.error.code, ...(stepId ? { stepId } : {}) };
      return refusal(new Failure("RUN_FAILED", 422, outcome.error.message), requestId, detail);
    }
  }
}

/** The answer of a `respond` step. Its headers are the workflow's own; those that it may not set are left out. */
export function answerResponse({ status, headers, body }: RunResponse, runId: string): Response {
  const answer = new Headers({
    "x-run-id": runId,
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox",
  });
  for (const [name, value] of Object.entries(headers)) if (isAllowedHeader(name, value)) answer.set(name, value);
  if (typeof body === "string" && answer.has("content-type")) return new Response(body, { status, headers: answer });
  answer.set("content-type", "application/json");
  return new Response(JSON.stringify(body), { status, headers: answer });
}

/** The answer to a caller who does not wait, or waited long enough. */
export const answerAccepted = (runId: string, statusUrl: string, requestId: string): Response =>
  json({ runId, statusUrl }, 202, runId, requestId);

const json = (body: Json, status: number, runId: string, requestId: string): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      "x-content-type-options": "nosniff",
      "x-run-id": runId,
      "x-request-id": requestId,
    },
  });

/** What a workflow cannot say: what frames the message, is ours to set, or holds for the whole origin, which pages share. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept-ch",
  "alt-svc",
  "clear-site-data",
  "connection",
  "content-encoding",
  "content-length",
  "content-security-policy",
  "critical-ch",
  "date",
  "keep-alive",
  "nel",
  "origin-agent-cluster",
  "origin-trial",
  "proxy-authenticate",
  "public-key-pins",
  "refresh",
  "report-to",
  "reporting-endpoints",
  "service-worker-allowed",
  "set-cookie",
  "set-cookie2",
  "set-login",
  "speculation-rules",
  "strict-transport-security",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
  "x-content-type-options",
  "x-run-id",
]);

/** Values are bytes on the wire: a character beyond them cannot be sent, nor one that ends the line. */
const isAllowedHeader = (name: string, value: string): boolean =>
  /^[a-z0-9!#$%&'*+.^_`|~-]+$/i.test(name) &&
  !ownHeaders.has(name.toLowerCase()) &&
  /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

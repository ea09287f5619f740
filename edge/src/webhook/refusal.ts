import type { Failure } from "@dap/platform/failure";
import { toProblem } from "@dap/platform/failure";

/** A failure as problem+json (RFC 9457), with extension members such as `runId`. */
export function refusal(failure: Failure, requestId: string, extra: Readonly<Record<string, string>> = {}): Response {
  const headers = {
    ...failure.headers,
    "content-type": "application/problem+json",
    "x-request-id": requestId,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  return new Response(JSON.stringify({ ...toProblem(failure, requestId), ...extra }), {
    status: failure.status,
    headers,
  });
}

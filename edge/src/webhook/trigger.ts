import type { Json, JsonObject } from "@dap/contract";
import { collect } from "./body";

/** Headers that carry proof of identity: they never enter a run, so no history holds them. */
const secretHeaders: readonly string[] = [
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-api-key",
  "x-hub-signature",
  "x-hub-signature-256",
  "webhook-signature",
  "stripe-signature",
  "x-slack-signature",
  "idempotency-key",
];

/** What a workflow sees as `trigger`: the request without its credentials. `path` is what follows the endpoint's id. */
export function makeTrigger(request: Request, body: Json, path: string, query: string): JsonObject {
  return {
    body,
    query: query === "" ? {} : collect(new URLSearchParams(query)),
    headers: plainHeaders(request.headers),
    method: request.method,
    path,
  };
}

function plainHeaders(headers: Headers): JsonObject {
  const plain: Record<string, string> = headers.toJSON();
  for (const name of secretHeaders) delete plain[name];
  return plain;
}

/** The sender's word that a delivery is the same one again: the standard header, or Standard Webhooks' id. */
export const deliveryKey = (headers: Headers): string | undefined =>
  headers.get("idempotency-key") ?? headers.get("webhook-id") ?? undefined;

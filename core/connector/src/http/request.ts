import type { Json } from "@dap/contract";
import { type Static, Type } from "@sinclair/typebox";
import { defineAction } from "../kit/define";
import { failed, type StepContext, type StepResult, succeeded } from "../kit/perform";
import { AnyJson, closed, MapOf, OneOf } from "../kit/schema";
import { decodeBody, encodeBody } from "./body";
import { hasLiteralHost, isLiteralRead } from "./literal";
import { statusError } from "./status";
import { urlWithQuery } from "./url";

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

const Input = Type.Object(
  {
    method: Type.Optional(
      OneOf(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], { title: "Method", default: "GET" }),
    ),
    url: Type.String({ title: "URL", description: "http or https", minLength: 1, maxLength: 16_384 }),
    headers: Type.Optional(MapOf(Scalar, { title: "Headers", description: "null leaves a header out" })),
    query: Type.Optional(
      MapOf(Type.Union([Scalar, Type.Array(Scalar)]), {
        title: "Query",
        description: "added to the URL's own; a list repeats the name, null leaves it out",
      }),
    ),
    body: Type.Optional(
      AnyJson({
        title: "Body",
        description: "text is sent as it is, anything else as JSON (or as the form it declares)",
      }),
    ),
    timeoutMs: Type.Optional(Type.Integer({ title: "Timeout", minimum: 1, maximum: 300_000 })),
    expect: Type.Optional(
      OneOf(["auto", "json", "text", "base64"], {
        title: "Read the answer as",
        description: "auto: by its content type",
        default: "auto",
      }),
    ),
    failOn: Type.Optional(
      OneOf(["error", "never"], {
        title: "Fail on",
        description: "error: a status outside 200-299 fails the step; never: it is an answer like any other",
        default: "error",
      }),
    ),
  },
  closed,
);

const Output = Type.Object({
  status: Type.Integer({ minimum: 100, maximum: 599 }),
  headers: MapOf(Type.String(), { description: "names in lower case" }),
  body: AnyJson({ description: "JSON parsed, text, { base64, contentType } for bytes, or null when empty" }),
});

/**
 * One HTTP request. A literal GET or HEAD is a `read`; anything else is `unkeyed`, and always carries
 * `Idempotency-Key`, the same for every try.
 *
 * Codes: `HTTP_STATUS` (details: status, headers, body, retryAfterMs), `HTTP_BODY` and those of the egress client.
 */
export const request = defineAction({
  name: "request",
  title: "Send an HTTP request",
  description: "Calls a URL and gives its status, headers and body.",
  effect: (withValue) => (isLiteralRead(withValue) ? "read" : "unkeyed"),
  inline: (withValue) => isLiteralRead(withValue) && hasLiteralHost(withValue),
  input: Input,
  output: Output,
  sample: {
    with: { method: "GET", url: "https://example.com/price/abc" },
    output: { status: 200, headers: { "content-type": "application/json" }, body: { amount: 12 } },
  },
  perform,
});

async function perform(input: Static<typeof Input>, context: StepContext): Promise<StepResult> {
  const method = input.method ?? "GET";
  const { headers, body } = encodeBody(headersOf(input.headers ?? {}), input.body);
  if (method !== "GET" && method !== "HEAD") headers["idempotency-key"] ??= context.idempotencyKey;
  const result = await context.egress.request({
    method,
    url: urlWithQuery(input.url, input.query ?? {}),
    headers,
    signal: context.signal,
    ...(body !== undefined && { body }),
    ...(input.timeoutMs !== undefined && { timeoutMs: input.timeoutMs }),
  });
  if (result.kind === "failed") return failed(result.error);
  const { response } = result;
  const isFine = (response.status >= 200 && response.status < 300) || input.failOn === "never";
  const decoded = decodeBody(response, isFine ? (input.expect ?? "auto") : "auto");
  if (!isFine) return failed(statusError(response, decoded.kind === "decoded" ? decoded.body : null, context.nowMs()));
  if (decoded.kind === "refused") return failed(decoded.error);
  return succeeded({ status: response.status, headers: response.headers, body: decoded.body });
}

/** Names in lower case, so that a header given twice in two spellings is sent once. */
function headersOf(given: Readonly<Record<string, Json>>): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    if (value !== null) headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

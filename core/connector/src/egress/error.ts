import type { Json, StepError } from "@dap/contract";

/** Permanent codes of the guarded client. */
export type EgressCode =
  /** The URL, method or a header cannot be sent at all. */
  | "EGRESS_URL"
  | "EGRESS_SCHEME"
  | "EGRESS_USERINFO"
  | "EGRESS_METHOD"
  | "EGRESS_HEADER"
  /** The destination is not a global address and `EGRESS_ALLOW` does not name it. */
  | "EGRESS_ADDRESS_REFUSED"
  | "DNS_FAILED"
  | "CONNECT_FAILED"
  | "TLS_FAILED"
  | "TIMEOUT"
  /** The connection broke before the answer was whole. */
  | "CONNECTION_LOST"
  /** The answer is not HTTP as it should be. */
  | "BAD_RESPONSE"
  | "HEADERS_TOO_LARGE"
  | "BODY_TOO_LARGE"
  | "BODY_TOO_SLOW"
  | "TOO_MANY_REDIRECTS"
  | "REDIRECT_REFUSED"
  /** The body grows beyond all measure when inflated, or cannot be inflated, or is packed more than once. */
  | "INFLATE_LIMIT"
  | "INFLATE_FAILED"
  | "INFLATE_NESTED"
  | "ABORTED";

/** What may be better when tried again; the rest is refused the same way for ever. */
const retryable: ReadonlySet<EgressCode> = new Set([
  "DNS_FAILED",
  "CONNECT_FAILED",
  "TIMEOUT",
  "CONNECTION_LOST",
  "BAD_RESPONSE",
  "BODY_TOO_SLOW",
  "ABORTED",
]);

/** Thrown inside the client, given as a value by it. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  constructor(
    readonly code: EgressCode,
    message: string,
    readonly details: { readonly [key: string]: Json } = {},
  ) {
    super(message);
  }
}

/** As a step's error. `sent` says whether the request may have reached its receiver. */
export const stepErrorOf = (error: EgressError, sent: boolean): StepError => ({
  code: error.code,
  message: error.message,
  retryable: retryable.has(error.code),
  details: { ...error.details, sent },
});

import type { Json, StepError } from "@dap/contract";
import type { EgressResponse } from "../egress/type";

const bodyCharactersMax = 4_096;

/** Statuses that may be better next time: timeout, too early, too many requests, and the server's own errors but 501 and 505. */
const isRetryable = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505);

/** `HTTP_STATUS` with what the receiver said, shortened; `retryAfterMs` where it named a time. */
export function statusError({ status, headers }: EgressResponse, body: Json, nowMs: number): StepError {
  const retryAfterMs = parseRetryAfter(headers["retry-after"], nowMs);
  return {
    code: "HTTP_STATUS",
    message: `The receiver answered with status ${status}.`,
    retryable: isRetryable(status),
    details: {
      status,
      headers: { ...headers },
      body: shorten(body),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  };
}

/** Milliseconds to wait from `Retry-After`, given as seconds or as an HTTP date; `undefined` when absent or unreadable. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value.trim()) * 1_000;
  const atMs = /GMT$/.test(value.trim()) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

const shorten = (body: Json): Json => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return text.length <= bodyCharactersMax ? body : `${text.slice(0, bodyCharactersMax)}…`;
};

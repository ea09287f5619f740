import { RunDataError } from "./column";

/** What to do about a failed statement. */
export type FailureKind =
  /** Something in the batch cannot be stored: halve it. */
  | "data"
  /** The server said no for now, nothing was written: try again. */
  | "transient"
  /** The answer was lost: it may or may not have been written. */
  | "unknown"
  | "other";

/** Tells from an error of postgres.js what is known about the transaction. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof RunDataError) return "data";
  const code = errorCode(error);
  if (code === undefined) return "other";
  if (/^(22|23)/.test(code)) return "data";
  if (transientCodes.has(code) || /^53/.test(code)) return "transient";
  if (/^(08|57P)/.test(code) || connectionCodes.has(code)) return "unknown";
  return "other";
}

/** Serialisation, deadlock, lock and statement timeouts, and a server that is read-only while another takes over. */
const transientCodes = new Set(["40001", "40P01", "55P03", "57014", "25006"]);

const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
]);

function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export type RetryOptions = {
  /** Gives up after this long; the last error is thrown. */
  readonly retryMs: number;
  readonly onRetry?: (error: unknown, kind: FailureKind) => void;
};

/**
 * Runs `act` until it answers. `act` is told whether an earlier try may have been written, and must be safe to repeat then.
 * Connections that closed come back within seconds after a crash of Postgres.
 */
export async function retrying<T>(
  { retryMs, onRetry }: RetryOptions,
  act: (mayBeWritten: boolean) => Promise<T>,
): Promise<T> {
  const endMs = performance.now() + retryMs;
  let mayBeWritten = false;
  for (let tries = 1; ; tries++) {
    try {
      return await act(mayBeWritten);
    } catch (error) {
      const kind = failureKind(error);
      if (kind !== "transient" && kind !== "unknown") throw error;
      if (performance.now() >= endMs) throw error;
      mayBeWritten ||= kind === "unknown";
      onRetry?.(error, kind);
      await Bun.sleep(Math.min(20 * 2 ** Math.min(tries, 5), 500) * (0.5 + Math.random() / 2));
    }
  }
}

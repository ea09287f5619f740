import { EgressError } from "./error";
import type { EgressLimits } from "./type";

/** Keeps the time of one exchange: it must connect, progress and end soon enough. */
export type Watch = {
  readonly connected: () => void;
  /** The head of the answer is here: from now on its body must keep coming. */
  readonly reading: () => void;
  readonly received: (bytes: number) => void;
  readonly stop: () => void;
};

type WatchDeps = {
  readonly limits: Pick<EgressLimits, "connectMs" | "minBytesPerSecond" | "minRateWindowMs">;
  readonly deadlineMs: number;
  readonly nowMs: () => number;
  readonly onLate: (error: EgressError) => void;
};

/** One timer serves all the bounds; it is set anew only when it fires, so a quick exchange pays for a single one. */
export function createWatch({ limits, deadlineMs, nowMs, onLate }: WatchDeps): Watch {
  const connectBeforeMs = nowMs() + limits.connectMs;
  let isConnected = false;
  let windowStartMs: number | undefined;
  let windowBytes = 0;

  const lateness = (atMs: number): EgressError | undefined => {
    if (atMs >= deadlineMs) return new EgressError("TIMEOUT", "No complete answer came in time.");
    if (!isConnected && atMs >= connectBeforeMs) return new EgressError("TIMEOUT", "No connection was made in time.");
    if (windowStartMs === undefined || atMs - windowStartMs < limits.minRateWindowMs) return undefined;
    const bytesMin = (limits.minBytesPerSecond * (atMs - windowStartMs)) / 1_000;
    const isSlow = windowBytes < bytesMin;
    windowStartMs = atMs;
    windowBytes = 0;
    return isSlow ? new EgressError("BODY_TOO_SLOW", "The answer's body comes too slowly.") : undefined;
  };
  const delayMs = (atMs: number): number => {
    const dueAtMs = Math.min(
      deadlineMs,
      isConnected ? deadlineMs : connectBeforeMs,
      (windowStartMs ?? atMs) + limits.minRateWindowMs,
    );
    return Math.max(1, Math.ceil(dueAtMs - atMs));
  };
  const tick = () => {
    const atMs = nowMs();
    const error = lateness(atMs);
    if (error) onLate(error);
    else timer = setTimeout(tick, delayMs(atMs));
  };
  let timer = setTimeout(tick, delayMs(nowMs()));
  return {
    connected: () => {
      isConnected = true;
    },
    reading: () => {
      windowStartMs = nowMs();
    },
    received: (bytes) => {
      windowBytes += bytes;
    },
    stop: () => clearTimeout(timer),
  };
}

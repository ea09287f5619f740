import type { EgressLimits } from "./type";

const mebibyte = 1_048_576;

/** What applies unless `createEgress` is told otherwise (security.md, 2.6). */
export const defaultLimits: EgressLimits = {
  connectMs: 10_000,
  totalMs: 60_000,
  headerBytes: 65_536,
  headerCount: 256,
  bodyBytes: 50 * mebibyte,
  inflateRatio: 100,
  minBytesPerSecond: 1_024,
  minRateWindowMs: 10_000,
  // Below the 5 s after which many servers close: a request should not meet a connection that is just going away.
  idleMs: 4_000,
  idlePerHost: 256,
};

/** Inflated bodies up to this many bytes are no bomb, whatever their ratio: a page of zeros is a fair answer. */
export const inflateFreeBytes = mebibyte;

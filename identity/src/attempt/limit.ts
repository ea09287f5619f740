import { Failure } from "@dap/platform/failure";
import type { Database } from "../database/database";
import { type BucketLimit, bucketKey, returnAttempt, takeAttempt } from "./attempt-bucket";

/** How many attempts each party has. None of them locks for good: every bucket refills by itself. */
export type AttemptLimits = {
  /** Logins under one address from browsers that are not known: at most 20 wrong ones in the first hour. */
  readonly loginAccount: BucketLimit;
  /** Logins from one known browser: a stranger's attempts do not count against it. */
  readonly loginDevice: BucketLimit;
  readonly loginNetwork: BucketLimit;
  readonly registerNetwork: BucketLimit;
  /** Mails to one address, whoever causes them. */
  readonly mailAddress: BucketLimit;
  readonly tokenNetwork: BucketLimit;
};

export const defaultLimits: AttemptLimits = {
  loginAccount: { capacity: 10, perHour: 10 },
  loginDevice: { capacity: 10, perHour: 60 },
  loginNetwork: { capacity: 300, perHour: 1800 },
  registerNetwork: { capacity: 200, perHour: 600 },
  mailAddress: { capacity: 3, perHour: 3 },
  tokenNetwork: { capacity: 100, perHour: 600 },
};

export type AttemptOf = { readonly what: keyof AttemptLimits; readonly whom: string };

/** Takes an attempt, or fails with 429 `TOO_MANY_ATTEMPTS` and the time to wait. */
export async function spendAttempt(db: Database, limits: AttemptLimits, { what, whom }: AttemptOf, now: Date) {
  const taken = await takeAttempt(db, bucketKey(what, whom), limits[what], now);
  if (taken.kind === "taken") return;
  throw new Failure("TOO_MANY_ATTEMPTS", 429, "Too many attempts. Wait a while and try again.", {
    headers: { "retry-after": String(taken.retryAfterSeconds) },
  });
}

/** Whether there was an attempt left; it is taken then. */
export async function tryAttempt(db: Database, limits: AttemptLimits, { what, whom }: AttemptOf, now: Date) {
  return (await takeAttempt(db, bucketKey(what, whom), limits[what], now)).kind === "taken";
}

/** Gives an attempt back: it was the owner's. */
export const refundAttempt = (db: Database, limits: AttemptLimits, { what, whom }: AttemptOf, now: Date) =>
  returnAttempt(db, bucketKey(what, whom), limits[what], now);

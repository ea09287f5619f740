import { sha256 } from "@oslojs/crypto/sha2";
import { encodeHexLowerCase } from "@oslojs/encoding";
import { sql } from "drizzle-orm";
import type { Database } from "../database/database";
import { attemptBucket } from "../database/table/attempt-bucket";

/** A bucket holds at most `capacity` attempts and gets `perHour` back, evenly. */
export type BucketLimit = { readonly capacity: number; readonly perHour: number };

export type Taken = { readonly kind: "taken" } | { readonly kind: "empty"; readonly retryAfterSeconds: number };

/** The name under which a bucket is stored: what it limits stays readable, whom it limits does not. */
export const bucketKey = (what: string, whom: string): string =>
  `${what}:${encodeHexLowerCase(sha256(new TextEncoder().encode(whom)))}`;

/**
 * Takes one attempt, in one statement, so that parallel attempts cannot take the same one. The bucket lives in Postgres:
 * a restart does not refill it, and all replicas share it.
 */
export async function takeAttempt(db: Database, key: string, limit: BucketLimit, now: Date): Promise<Taken> {
  const refilled = refilledTokens(limit, now);
  const taken = await db
    .insert(attemptBucket)
    .values({ key, tokens: limit.capacity - 1, refilledAt: now })
    .onConflictDoUpdate({
      target: attemptBucket.key,
      set: { tokens: sql`${refilled} - 1`, refilledAt: latest(now) },
      setWhere: sql`${refilled} >= 1`,
    })
    .returning({ tokens: attemptBucket.tokens });
  if (taken.length > 0) return { kind: "taken" };
  return { kind: "empty", retryAfterSeconds: Math.max(1, Math.ceil(3600 / limit.perHour)) };
}

/** Gives one attempt back, for an attempt that turned out to be the owner's. */
export async function returnAttempt(db: Database, key: string, limit: BucketLimit, now: Date): Promise<void> {
  const tokens = sql`least(${limit.capacity}::float8, ${refilledTokens(limit, now)} + 1)`;
  await db
    .update(attemptBucket)
    .set({ tokens, refilledAt: latest(now) })
    .where(sql`${attemptBucket.key} = ${key}`);
}

/** Removes buckets that are full again: having none means the same. */
export async function sweepBuckets(db: Database, oldest: BucketLimit, now: Date): Promise<void> {
  const fullSince = new Date(now.getTime() - (oldest.capacity / oldest.perHour) * 3_600_000);
  await db.delete(attemptBucket).where(sql`${attemptBucket.refilledAt} < ${fullSince.toISOString()}::timestamptz`);
}

/** A clock that was set back must not make the same time count twice. */
const latest = (now: Date) => sql`greatest(${attemptBucket.refilledAt}, ${now.toISOString()}::timestamptz)`;

const refilledTokens = ({ capacity, perHour }: BucketLimit, now: Date) => {
  const elapsed = sql`greatest(0, extract(epoch from ${now.toISOString()}::timestamptz - ${attemptBucket.refilledAt}))`;
  return sql`least(${capacity}::float8, ${attemptBucket.tokens} + ${elapsed} * ${perHour / 3600}::float8)`;
};

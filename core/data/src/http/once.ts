import type { Principal } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Tx } from "../database/connection";
import { requestKey } from "../database/table/request-key";
import type { Answer } from "./answer";

/** How long an answer is kept for its key. */
export const keyKeptMs = 24 * 3_600_000;

export type OnceRequest = {
  readonly request: Request;
  readonly principal: Principal;
  readonly teamId: string;
  readonly body: unknown;
};

/**
 * Does `act` once per Idempotency-Key: a repetition gets the first answer. The key is written in the act's own
 * transaction, so that a refused or crashed act leaves the key free, and a repetition in parallel waits for the first.
 * The same key with another body is refused with 422 `IDEMPOTENCY_KEY_REUSED`. Without a key it just acts.
 */
export async function actOnce(
  tx: Tx,
  call: OnceRequest,
  act: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly isRepeated: boolean }> {
  const key = readIdempotencyKey(call.request);
  if (key === undefined) return { answer: await act(), isRepeated: false };
  const row = { teamId: call.teamId, scope: scopeOf(call), key };
  const fingerprint = fingerprintOf(call.body);
  await tx
    .delete(requestKey)
    .where(and(isKey(row), lt(requestKey.createdAt, sql`now() - ${keyKeptMs} * interval '1 millisecond'`)));
  const mine = await tx
    .insert(requestKey)
    .values({ ...row, fingerprint })
    .onConflictDoNothing()
    .returning({ key: requestKey.key });
  if (mine.length === 0) return { answer: await findAnswer(tx, row, fingerprint), isRepeated: true };
  const answer = await act();
  await tx
    .update(requestKey)
    .set({
      status: answer.status,
      body: answer.body === undefined ? null : JSON.stringify(answer.body),
      headers: JSON.stringify(answer.headers ?? {}),
    })
    .where(isKey(row));
  return { answer, isRepeated: false };
}

/** The header's value, 1 to 255 visible ASCII characters; 422 otherwise. */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Failure("IDEMPOTENCY_KEY_INVALID", 422, "An Idempotency-Key has 1 to 255 visible ASCII characters.");
}

type KeyRow = { readonly teamId: string; readonly scope: string; readonly key: string };

const isKey = ({ teamId, scope, key }: KeyRow) =>
  and(eq(requestKey.teamId, teamId), eq(requestKey.scope, scope), eq(requestKey.key, key));

async function findAnswer(tx: Tx, row: KeyRow, fingerprint: string): Promise<Answer> {
  const [stored] = await tx.select().from(requestKey).where(isKey(row));
  // The insert met a row whose act then failed: the caller's next try finds the key free.
  if (stored?.status == null)
    throw new Failure("REQUEST_IN_PROGRESS", 409, "The first request with this key is not done.");
  if (stored.fingerprint !== fingerprint)
    throw new Failure("IDEMPOTENCY_KEY_REUSED", 422, "This Idempotency-Key came with another body before.");
  return {
    status: stored.status,
    ...(stored.body === null ? {} : { body: JSON.parse(stored.body) as unknown }),
    headers: { ...(JSON.parse(stored.headers ?? "{}") as Record<string, string>), "idempotent-replay": "true" },
  };
}

function scopeOf({ request, principal }: OnceRequest): string {
  const { pathname } = new URL(request.url);
  return `${actorOf(principal).id} ${request.method} ${pathname}`;
}

/** Who acted, as it is written down. */
export function actorOf(principal: Principal): {
  readonly kind: "account" | "apiKey" | "service";
  readonly id: string;
} {
  switch (principal.kind) {
    case "account":
      return { kind: "account", id: principal.accountId };
    case "apiKey":
      return { kind: "apiKey", id: principal.keyId };
    case "service":
      return { kind: "service", id: principal.name };
  }
}

const fingerprintOf = (body: unknown) =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify(body) ?? "").digest("hex");

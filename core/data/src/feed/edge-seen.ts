import { sleep } from "@dap/platform/clock";
import { and, gt, lt, sql } from "drizzle-orm";
import type { Database } from "../database/connection";
import { edgeSeen } from "../database/table/edge-seen";

/** An edge that was not heard of for so long is gone and is not waited for. */
const goneAfterMs = 30_000;
/** No publish is answered later than this because of an edge that is slow. */
const waitMsMax = 1_000;
const pollMs = 10;

/** Notes that an edge has the feed in force up to `cursor`. */
export const noteEdge = (db: Database, edgeId: string, cursor: number) =>
  db
    .insert(edgeSeen)
    .values({ edgeId, cursor, seenAt: sql`clock_timestamp()` })
    .onConflictDoUpdate({ target: edgeSeen.edgeId, set: { cursor, seenAt: sql`clock_timestamp()` } });

/** Waits until every edge that is alive has the feed up to `changeSeq`, for a second at most. */
export async function awaitEdges(db: Database, changeSeq: number): Promise<void> {
  const untilMs = performance.now() + waitMsMax;
  while ((await isSomeoneBehind(db, changeSeq)) && performance.now() < untilMs) await sleep(pollMs);
}

async function isSomeoneBehind(db: Database, changeSeq: number): Promise<boolean> {
  const behind = await db
    .select({ edgeId: edgeSeen.edgeId })
    .from(edgeSeen)
    .where(and(lt(edgeSeen.cursor, changeSeq), gt(edgeSeen.seenAt, since(goneAfterMs))))
    .limit(1);
  return behind.length > 0;
}

/** Forgets edges that have been gone for a day. */
export const forgetEdges = (db: Database) => db.delete(edgeSeen).where(lt(edgeSeen.seenAt, since(86_400_000)));

const since = (ms: number) => sql`clock_timestamp() - ${ms} * interval '1 millisecond'`;

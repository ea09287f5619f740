import { and, eq, ne, sql } from "drizzle-orm";
import type { Tx } from "../database/connection";
import { endpoint } from "../database/table/endpoint";
import { newEndpointId } from "./endpoint-id";

/** Channel on which a changed route is announced, after the commit, to every replica that has edges waiting. */
export const routeChannel = "dap_route";

/** Any number that nothing else of ours locks. */
const feedLock = 7_241_010;

/**
 * The next number of the feed, taken under a lock that is held until the transaction ends: so numbers become visible in
 * their order, and no reader steps over a slow transaction's. Take it as the last thing before the commit.
 */
async function takeChangeSeq(tx: Tx): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(${feedLock})`);
  const [row] = await tx.execute<{ seq: string }>(sql`select nextval('endpoint_change') as seq`);
  await tx.execute(sql`select pg_notify(${routeChannel}, '')`);
  return Number(row?.seq);
}

/** `changeSeq` is the number up to which an edge must have read before the change is in force everywhere. */
export type EndpointChange = { readonly endpointId: string | null; readonly changeSeq: number | undefined };

type Owner = { readonly teamId: string; readonly workflowId: string };

const isKept = ({ teamId, workflowId }: Owner) =>
  and(eq(endpoint.teamId, teamId), eq(endpoint.workflowId, workflowId), ne(endpoint.state, "removed"));

/** After a publish: the endpoint is made at the first webhook version, rests while the version has no webhook, and comes back. */
export async function settleEndpoint(tx: Tx, owner: Owner, isWebhook: boolean): Promise<EndpointChange> {
  const [kept] = await tx.select({ id: endpoint.id }).from(endpoint).where(isKept(owner));
  if (kept) return changeEndpoint(tx, owner, isWebhook ? "live" : "resting");
  return isWebhook ? insertEndpoint(tx, owner) : { endpointId: null, changeSeq: undefined };
}

async function insertEndpoint(tx: Tx, owner: Owner): Promise<EndpointChange> {
  const id = newEndpointId();
  const changeSeq = await takeChangeSeq(tx);
  await tx.insert(endpoint).values({ ...owner, id, changeSeq, state: "live" });
  return { endpointId: id, changeSeq };
}

/** Puts the endpoint into the feed again, in a new state or (without one) because its workflow changed. */
export async function changeEndpoint(
  tx: Tx,
  owner: Owner,
  state?: "live" | "resting" | "removed",
): Promise<EndpointChange> {
  const changeSeq = await takeChangeSeq(tx);
  const [row] = await tx
    .update(endpoint)
    .set({ changeSeq, ...(state && { state }) })
    .where(isKept(owner))
    .returning({ id: endpoint.id, state: endpoint.state });
  if (!row) return { endpointId: null, changeSeq: undefined };
  return { endpointId: row.state === "live" ? row.id : null, changeSeq };
}

/** A new id for the workflow's endpoint; the old one never answers again. `undefined` when there is no live endpoint. */
export async function rotateEndpoint(tx: Tx, owner: Owner): Promise<EndpointChange | undefined> {
  const removed = await changeEndpoint(tx, owner, "removed");
  return removed.changeSeq === undefined ? undefined : insertEndpoint(tx, owner);
}

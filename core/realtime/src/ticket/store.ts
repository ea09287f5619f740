import { createHash, randomBytes } from "node:crypto";
import type { Json, Principal } from "@dap/contract";
import type { Broker } from "@dap/platform/broker";
import { ownerOf } from "./owner";

/** A ticket opens one socket, within 30 seconds. */
const lifeMs = 30_000;
const ticketsMax = 100_000;
/** Unused tickets of one owner: more than it may have sockets. Its oldest goes then, and nobody else's. */
const ownTicketsMax = 60;

/** Who a ticket was issued to, and how long its socket may speak for them: as long as the token that it was traded for. */
export type Holder = { readonly principal: Principal; readonly endMs?: number | undefined };

export type TicketStore = {
  /** A new ticket of 256 random bits; only its hash is kept. */
  readonly issue: (holder: Holder) => string;
  /** Who the ticket was issued to, once. */
  readonly redeem: (ticket: string) => Holder | undefined;
  readonly close: () => Promise<void>;
};

type Note =
  | { readonly kind: "issued"; readonly hash: string; readonly holder: Holder; readonly untilMs: number }
  | { readonly kind: "redeemed"; readonly hash: string };

const exchange = "realtime.ticket";

/** With a broker the replicas tell each other, because a socket may be opened at another one than its ticket. */
export async function createTicketStore(nowMs: () => number, broker?: Broker): Promise<TicketStore> {
  const tickets = new Map<string, { readonly holder: Holder; readonly untilMs: number }>();
  // One's own "issued" comes back, perhaps after the ticket was used.
  const redeemed = new Set<string>();

  const ownTickets = new Map<string, Set<string>>();

  const forget = (hash: string) => {
    const ticket = tickets.get(hash);
    if (ticket === undefined) return;
    tickets.delete(hash);
    const owner = ownerOf(ticket.holder.principal);
    const own = ownTickets.get(owner);
    own?.delete(hash);
    if (own?.size === 0) ownTickets.delete(owner);
  };

  const keep = (hash: string, holder: Holder, untilMs: number) => {
    if (tickets.has(hash)) return; // one's own, told back
    // Insertion order is order of expiry: the oldest are at the front.
    for (const [old, ticket] of tickets) {
      if (ticket.untilMs > nowMs() && tickets.size < ticketsMax) break;
      forget(old);
    }
    const owner = ownerOf(holder.principal);
    const own = ownTickets.get(owner) ?? new Set<string>();
    const [oldest] = own;
    if (oldest !== undefined && own.size >= ownTicketsMax) forget(oldest);
    ownTickets.set(owner, own.add(hash));
    tickets.set(hash, { holder, untilMs });
  };

  const leave = await broker?.subscribeFanout(exchange, (body) => {
    const note = body as unknown as Note; // only this module writes to the exchange
    if (note.kind === "redeemed") forget(note.hash);
    else if (!redeemed.has(note.hash)) keep(note.hash, note.holder, note.untilMs);
  });
  const tell = (note: Note) => broker?.publishFanout(exchange, note as unknown as Json); // plain data, but typed closer than Json

  return {
    issue: (holder) => {
      const ticket = randomBytes(32).toString("base64url");
      const untilMs = nowMs() + lifeMs;
      keep(hashOf(ticket), holder, untilMs);
      tell({ kind: "issued", hash: hashOf(ticket), holder, untilMs });
      return ticket;
    },
    redeem: (ticket) => {
      const hash = hashOf(ticket);
      const found = tickets.get(hash);
      forget(hash);
      if (found === undefined || found.untilMs <= nowMs()) return undefined;
      if (broker !== undefined) forgetLater(redeemed, hash);
      tell({ kind: "redeemed", hash });
      return found.holder;
    },
    close: async () => leave?.(),
  };
}

function forgetLater(redeemed: Set<string>, hash: string): void {
  redeemed.add(hash);
  setTimeout(() => redeemed.delete(hash), lifeMs).unref();
}

const hashOf = (ticket: string): string => createHash("sha256").update(ticket).digest("base64url");

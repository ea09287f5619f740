import { createHash, randomBytes } from "node:crypto";
import type { Json, Principal } from "@dap/contract";
import type { Broker } from "@dap/platform/broker";

/** A ticket opens one socket, within 30 seconds. */
const lifeMs = 30_000;
const ticketsMax = 100_000;

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

  const keep = (hash: string, holder: Holder, untilMs: number) => {
    // Insertion order is order of expiry: the oldest are at the front.
    for (const [old, ticket] of tickets) {
      if (ticket.untilMs > nowMs() && tickets.size < ticketsMax) break;
      tickets.delete(old);
    }
    tickets.set(hash, { holder, untilMs });
  };

  const leave = await broker?.subscribeFanout(exchange, (body) => {
    const note = body as unknown as Note; // only this module writes to the exchange
    if (note.kind === "redeemed") tickets.delete(note.hash);
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
      tickets.delete(hash);
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

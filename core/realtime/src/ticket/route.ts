import type { Principal } from "@dap/contract";
import { requirePrincipal } from "@dap/platform/guard";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { TicketStore } from "./store";
import { tokenEndMs } from "./token-end";

export type TicketRouteDeps = {
  readonly authenticate: (request: Request) => Promise<Principal | undefined>;
  readonly tickets: TicketStore;
};

const Ticket = Type.Object({
  ticket: Type.String({ description: "opens one socket at /realtime?ticket=, within 30 seconds" }),
});

/** `POST /api/v1/realtime/tickets`: trades the caller's token, which must not be in a URL, for a ticket that may. */
export const ticketRoute = ({ authenticate, tickets }: TicketRouteDeps) =>
  new Elysia({ name: "ticket", normalize: false }).post(
    "/api/v1/realtime/tickets",
    async ({ request, set }) => {
      const principal = requirePrincipal(await authenticate(request));
      set.status = 201;
      return { ticket: tickets.issue({ principal, endMs: tokenEndMs(request) }) };
    },
    { response: { 201: Ticket }, detail: { summary: "Get a ticket for a WebSocket", tags: ["realtime"] } },
  );

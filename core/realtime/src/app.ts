import { createHttpApp, withSwagger } from "@dap/platform/http";
import type { Logger } from "@dap/platform/log";
import { type TicketRouteDeps, ticketRoute } from "./ticket/route";

export type AppDeps = TicketRouteDeps & { readonly log: Logger };

/** The HTTP routes of the service; the sockets are `server.ts`. */
export const createApp = ({ log, ...deps }: AppDeps) =>
  createHttpApp({ name: "realtime", log, bodyBytesMax: 4_096 })
    .use(ticketRoute(deps))
    .use(withSwagger({ title: "Realtime", version: "1" }));

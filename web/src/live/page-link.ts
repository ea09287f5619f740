import { openTicket } from "../api/account";
import { createApi } from "../api/client";
import { createLiveLink, type LiveLink, type Socket } from "./link";

/** The public API as pages in the browser reach it: with the session's cookie, never with a token. */
export const browserApi = createApi({ base: "/session/api", headers: { "x-requested-with": "dap-web" } });

let link: LiveLink | undefined;

/** The page's one realtime connection. Browser only. */
export function pageLink(): LiveLink {
  link ??= createLiveLink({
    openTicket: async () => {
      const answer = await openTicket(browserApi);
      return answer.kind === "ok" ? answer.value.ticket : undefined;
    },
    connect: (ticket) => {
      const url = new URL("/realtime", location.origin.replace(/^http/, "ws"));
      url.searchParams.set("ticket", ticket);
      return new WebSocket(url) as Socket; // the browser's own type allows more in its handlers than is used here
    },
    later: (act, delayMs) => void setTimeout(act, delayMs),
    chance: Math.random,
  });
  return link;
}

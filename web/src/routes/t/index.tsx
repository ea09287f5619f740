import type { RequestHandler } from "@builder.io/qwik-city";
import { loadTeams } from "@dap/web/shell/load";

/** The first team of the account; the shell has made sure that there is a session. */
export const onGet: RequestHandler = async (event) => {
  const [first] = await loadTeams(event);
  if (!first) throw event.error(404, "You are not a member of any team.");
  throw event.redirect(303, `/t/${encodeURIComponent(first.slug)}/workflows`);
};

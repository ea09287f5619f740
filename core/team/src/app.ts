import { createHttpApp, withSwagger } from "@dap/platform/http";
import { accessRoutes } from "./access/route";
import type { TeamDeps } from "./deps";
import { createGuard } from "./guard";
import { memberRoutes } from "./member/route";
import { teamRoutes } from "./team/route";

/** Larger than any body that team takes. */
const bodyBytesMax = 64 * 1024;

/** The team service without a port: `createApp(deps).handle(request)`. */
export function createApp(deps: TeamDeps) {
  const guard = createGuard(deps.authenticate);
  return createHttpApp({ name: "team", log: deps.log, bodyBytesMax })
    .use(withSwagger({ title: "dap teams", version: "1", description: "Teams, members and roles." }))
    .use(teamRoutes(deps, guard))
    .use(memberRoutes(deps, guard))
    .use(accessRoutes(deps, guard));
}

import { createHttpApp, withSwagger } from "@dap/platform/http";
import { accountRoutes } from "./account/route";
import type { IdentityDeps } from "./deps";
import { createGuard } from "./guard";
import { keyRoutes } from "./key/route";
import { mailboxRoutes } from "./mail/route";
import { sessionRoutes } from "./session/route";

/** Larger than any body that identity takes. */
const bodyBytesMax = 64 * 1024;

/** The identity server without a port: `createApp(deps).handle(request)`. */
export function createApp(deps: IdentityDeps) {
  const guard = createGuard(deps.authenticate);
  return createHttpApp({ name: "identity", log: deps.log, bodyBytesMax })
    .use(withSwagger({ title: "dap identity", version: "1", description: "Accounts, sessions and keys." }))
    .use(accountRoutes(deps, guard))
    .use(sessionRoutes(deps, guard))
    .use(keyRoutes(deps, guard))
    .use(mailboxRoutes(deps, guard));
}

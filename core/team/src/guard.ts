import type { Permission, Principal, ServiceName } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { type Authenticator, authorize, requireAccount, requireService } from "@dap/platform/guard";
import { Elysia } from "elysia";

type AccountPrincipal = Extract<Principal, { kind: "account" }>;
type Asking = { readonly request: Request; readonly params: Readonly<Record<string, string>> };

/**
 * Every route of team says who may call it: `account: true` (any person), `permission: "team:read"` (in the team of the
 * path) or `service: [...]`. The check runs before path, query and body are looked at. It believes the token; what
 * changes a team checks the actor's role once more where it is written.
 */
export function createGuard(authenticate: Authenticator) {
  const principals = new WeakMap<Request, AccountPrincipal>();
  const resolve = ({ request }: { request: Request }) => ({ principal: requireAccount(principals.get(request)) });
  return new Elysia({ name: "team-guard" }).macro({
    account: (_isAccount: true) => ({
      async transform({ request }: Asking) {
        principals.set(request, requireAccount(await authenticate(request)));
      },
      resolve,
    }),
    permission: (permission: Permission) => ({
      async transform({ request, params }: Asking) {
        const teamId = params.teamId ?? "";
        principals.set(request, requireAccount(authorize(await authenticate(request), teamId, permission)));
      },
      resolve,
    }),
    service: (names: readonly ServiceName[]) => ({
      async transform({ request }: Asking) {
        requireService(await authenticate(request), names);
      },
    }),
  });
}
export type Guard = ReturnType<typeof createGuard>;

/** A team, member or anything else that is not there, or not for the one who asks. */
export const notFound = () => new Failure("NOT_FOUND", 404, "There is nothing here.");

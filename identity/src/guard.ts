import type { Principal } from "@dap/contract";
import { type Authenticator, requireAccount } from "@dap/platform/guard";
import { Elysia } from "elysia";

type AccountPrincipal = Extract<Principal, { kind: "account" }>;

/**
 * Every route of identity says `public: true` or `account: true`; the route walker in `app.test.ts` finds one that says
 * neither. The check runs before the body is looked at, so that strangers learn nothing from 422.
 */
export function createGuard(authenticate: Authenticator) {
  const principals = new WeakMap<Request, AccountPrincipal>();
  return new Elysia({ name: "identity-guard" }).macro({
    public: (_isPublic: true) => ({}),
    account: (_isAccount: true) => ({
      async transform({ request }: { request: Request }) {
        principals.set(request, requireAccount(await authenticate(request)));
      },
      resolve: ({ request }: { request: Request }) => ({ principal: requireAccount(principals.get(request)) }),
    }),
  });
}
export type Guard = ReturnType<typeof createGuard>;

import { Failure } from "@dap/platform/failure";
import { isUuid } from "@dap/platform/id";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { clientNetwork } from "../attempt/client-network";
import type { IdentityDeps } from "../deps";
import type { Guard } from "../guard";
import { type CookieJar, createCookieJar } from "./cookie";
import { logIn } from "./login";
import { logOut } from "./logout";
import { listSessions, revokeSessions } from "./query";
import { refreshSession } from "./refresh";
import { requireSameOrigin } from "./same-origin";
import { SessionGrantView, SessionPage } from "./schema";
import { userAgentOf } from "./user-agent";
import { viewSession } from "./view";

const Credentials = Type.Object(
  { email: Type.String({ maxLength: 1_000 }), password: Type.String({ maxLength: 1_000 }) },
  { additionalProperties: false },
);
const Page = Type.Object({
  cursor: Type.Optional(Type.String({ format: "uuid" })),
  limit: Type.Optional(Type.String({ pattern: "^[0-9]{1,3}$" })),
});

/** Log in, stay logged in, log out, and see where one is logged in. */
export const sessionRoutes = (deps: IdentityDeps, guard: Guard) => {
  const jar = createCookieJar(deps.settings.publicUrl);
  return new Elysia({ prefix: "/api/v1/auth", tags: ["Session"] })
    .use(guard)
    .post("/login", ({ body, request, set }) => answerLogin(deps, jar, body, request, set), {
      public: true,
      body: Credentials,
      response: { 200: SessionGrantView },
      detail: {
        summary: "Log in with address and password",
        description: "The refresh token is set as an HttpOnly cookie.",
        security: [],
      },
    })
    .post("/refresh", ({ request, set }) => answerRefresh(deps, jar, request, set), {
      public: true,
      response: { 200: SessionGrantView },
      detail: { summary: "A new access token, by the refresh cookie, which is exchanged", security: [] },
    })
    .post("/logout", ({ request, set }) => answerLogout(deps, jar, request, set), {
      public: true,
      detail: {
        summary: "End the session of the refresh cookie",
        security: [],
        responses: { 204: { description: "Done; the answer has no body." } },
      },
    })
    .get("/sessions", ({ principal, query }) => answerSessions(deps, principal, query), {
      account: true,
      query: Page,
      response: { 200: SessionPage },
      detail: { summary: "Where the account is logged in" },
    })
    .delete("/sessions/:sessionId", ({ principal, params }) => answerRevoke(deps, principal, params.sessionId), {
      account: true,
      detail: {
        summary: "End one session of the account",
        responses: { 204: { description: "Done; the answer has no body." } },
      },
    });
};

type Reply = { headers: { "set-cookie"?: string | string[] } };

async function answerLogin(
  deps: IdentityDeps,
  jar: CookieJar,
  body: { readonly email: string; readonly password: string },
  request: Request,
  set: Reply,
) {
  const client = { network: clientNetwork(request), userAgent: userAgentOf(request) };
  const result = await logIn(deps, { ...body, ...client, deviceToken: jar.read(request, "device") });
  const device = result.newDeviceToken === undefined ? [] : [jar.keep("device", result.newDeviceToken)];
  set.headers["set-cookie"] = [jar.keep("refresh", result.refreshToken), ...device];
  return result.grant;
}

async function answerRefresh(deps: IdentityDeps, jar: CookieJar, request: Request, set: Reply) {
  requireSameOrigin(request, deps.settings.publicUrl);
  const token = jar.read(request, "refresh");
  if (token === undefined) throw new Failure("REFRESH_INVALID", 401, "The session has ended. Log in again.");
  try {
    const result = await refreshSession(deps, token, userAgentOf(request));
    set.headers["set-cookie"] = jar.keep("refresh", result.refreshToken);
    return result.grant;
  } catch (error) {
    // A cookie that is good for nothing is taken back, so that the browser stops sending it.
    if (error instanceof Failure && error.status === 401) {
      throw new Failure(error.code, 401, error.message, { headers: { "set-cookie": jar.drop("refresh") } });
    }
    throw error;
  }
}

async function answerLogout(deps: IdentityDeps, jar: CookieJar, request: Request, set: Reply) {
  requireSameOrigin(request, deps.settings.publicUrl);
  await logOut(deps, jar.read(request, "refresh"));
  set.headers["set-cookie"] = jar.drop("refresh");
  return new Response(null, { status: 204 });
}

type Asking = { readonly accountId: string; readonly sessionId: string };

async function answerSessions(deps: IdentityDeps, asking: Asking, page: { cursor?: string; limit?: string }) {
  const limit = Math.min(Math.max(Number(page.limit ?? 50), 1), 200);
  const rows = await listSessions(deps.db, asking.accountId, new Date(deps.clock.nowMs()), limit + 1, page.cursor);
  const shown = rows.slice(0, limit);
  const nextCursor = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { items: shown.map((row) => viewSession(row, asking.sessionId)), nextCursor };
}

async function answerRevoke(deps: IdentityDeps, { accountId }: Asking, sessionId: string): Promise<Response> {
  const now = new Date(deps.clock.nowMs());
  const ended = isUuid(sessionId) ? await revokeSessions(deps.db, { accountId, sessionId }, "revoked", now) : 0;
  if (ended === 0) throw new Failure("NOT_FOUND", 404, "There is nothing here.");
  return new Response(null, { status: 204 });
}

import { Failure } from "@dap/platform/failure";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { clientNetwork } from "../attempt/client-network";
import type { IdentityDeps } from "../deps";
import type { Guard } from "../guard";
import { html, pageResponse } from "../html-page";
import { AccountView } from "../session/schema";
import { viewAccount } from "../session/view";
import { findAccount } from "./query";
import { register } from "./register";
import { verifyEmail } from "./verify-email";

const strict = { additionalProperties: false };
const Registration = Type.Object(
  {
    email: Type.String({ maxLength: 1_000 }),
    password: Type.String({ maxLength: 1_000 }),
    name: Type.String({ maxLength: 1_000 }),
  },
  strict,
);
const Registered = Type.Object({ status: Type.Literal("registered"), email: Type.String() });
const Token = Type.Object({ token: Type.String({ maxLength: 200 }) }, strict);

/** Registration, verification of the address, and who one is. */
export const accountRoutes = (deps: IdentityDeps, guard: Guard) =>
  new Elysia({ prefix: "/api/v1/auth", tags: ["Account"] })
    .use(guard)
    .post(
      "/register",
      ({ body, request, status }) => register(deps, body, clientNetwork(request)).then((done) => status(201, done)),
      {
        public: true,
        body: Registration,
        response: { 201: Registered },
        detail: {
          summary: "Register an account",
          description: "The answer is the same for an address that has an account; its owner is told by mail.",
          security: [],
        },
      },
    )
    .get("/verify-email", ({ query }) => verifyPage(query.token), {
      public: true,
      query: Token,
      detail: { summary: "The page behind the link in the mail; opening it changes nothing", security: [] },
    })
    .post("/verify-email", ({ body, request }) => answerVerify(deps, body.token, request), {
      public: true,
      body: Token,
      detail: { summary: "Confirm an email address with the token that was mailed to it", security: [] },
    })
    .get("/me", ({ principal }) => me(deps, principal.accountId), {
      account: true,
      response: { 200: AccountView },
      detail: { summary: "The account of the access token" },
    });

async function me(deps: IdentityDeps, accountId: string) {
  const account = await findAccount(deps.db, accountId);
  if (!account || account.disabledAt !== null) throw new Failure("UNAUTHENTICATED", 401, "Sign in first.");
  return viewAccount(account);
}

/** Mail scanners open links: only pressing the button uses the token up. */
const verifyPage = (token: string) =>
  pageResponse(
    "Confirm your address",
    html`<h1>Confirm your email address</h1><form method="post" action="verify-email"><input type="hidden" name="token" value="${token}"><button>Confirm</button></form>`,
  );

async function answerVerify(deps: IdentityDeps, token: string, request: Request): Promise<Response> {
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  try {
    await verifyEmail(deps, token, clientNetwork(request));
  } catch (error) {
    if (!isForm || !(error instanceof Failure)) throw error;
    return pageResponse("Not confirmed", html`<h1>Not confirmed</h1><p>${error.message}</p>`, error.status);
  }
  if (!isForm) return Response.json({ status: "verified" });
  const home = deps.settings.publicUrl;
  return pageResponse("Confirmed", html`<h1>Your address is confirmed</h1><p><a href="${home}/">Go to dap</a></p>`);
}

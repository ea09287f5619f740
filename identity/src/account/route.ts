import { Failure } from "@dap/platform/failure";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { clientNetwork } from "../attempt/client-network";
import type { IdentityDeps } from "../deps";
import type { Guard } from "../guard";
import { AccountView } from "../session/schema";
import { viewAccount } from "../session/view";
import { answerLink, resetPage, verifyPage } from "./link-page";
import { findAccount } from "./query";
import { register } from "./register";
import { forgotPassword, resetPassword } from "./reset-password";
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
const Address = Type.Object({ email: Type.String({ maxLength: 1_000 }) }, strict);
const Accepted = Type.Object({ status: Type.Literal("accepted") });
const NewPassword = Type.Object(
  { token: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1_000 }) },
  strict,
);
const Token = Type.Object({ token: Type.String({ maxLength: 200 }) }, strict);

/** Registration, what mailed links do, and who one is. */
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
    .post(
      "/forgot",
      ({ body, request, status }) =>
        forgotPassword(deps, body.email, clientNetwork(request)).then((done) => status(202, done)),
      {
        public: true,
        body: Address,
        response: { 202: Accepted },
        detail: { summary: "Mail a link to choose a new password, if the address has an account", security: [] },
      },
    )
    .get("/reset", ({ query }) => resetPage(query.token), {
      public: true,
      query: Token,
      detail: { summary: "The page behind the link in the mail; opening it changes nothing", security: [] },
    })
    .post("/reset", ({ body, request }) => answerReset(deps, body, request), {
      public: true,
      body: NewPassword,
      detail: { summary: "Set a new password with the token that was mailed, and end all sessions", security: [] },
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

const answerVerify = (deps: IdentityDeps, token: string, request: Request): Promise<Response> =>
  answerLink(request, () => verifyEmail(deps, token, clientNetwork(request)), {
    status: "verified",
    title: "Your address is confirmed",
    home: deps.settings.publicUrl,
  });

type NewPassword = { readonly token: string; readonly password: string };

const answerReset = (deps: IdentityDeps, { token, password }: NewPassword, request: Request): Promise<Response> =>
  answerLink(request, () => resetPassword(deps, token, password, clientNetwork(request)), {
    status: "reset",
    title: "Your password is changed",
    home: deps.settings.publicUrl,
  });

import type { LoginAnswer } from "../api/resource";
import { accessCookie, findCookie, identityCookies, setCookieLine } from "./cookie";

/** Who is logged in, as far as pages need to know. The services verify the token; the webapp only reads it. */
export type Session = { readonly accessToken: string; readonly email: string; readonly expiresAtMs: number };

/** A session, and the cookies that the answer must carry to keep it. */
export type ResolvedSession = { readonly session: Session | undefined; readonly setCookies: readonly string[] };

export type SessionDeps = {
  /** Base of the public API, e.g. `http://127.0.0.1:8080/api/v1`. */
  readonly apiBase: () => string;
  readonly publicOrigin: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly nowMs: () => number;
};

/** A token this close to its end is renewed first, so that it does not expire on its way. */
const renewBeforeMs = 15_000;
/** How long the answer to one refresh cookie is reused: requests sent side by side carry the same one. Shorter than identity's grace. */
const reuseMs = 8_000;

export type Sessions = {
  /** The request's session, silently renewed where its token has expired. */
  readonly resolve: (request: Request) => Promise<ResolvedSession>;
  /** Asks identity for a session; its cookies are in `setCookies`. */
  readonly logIn: (credentials: unknown, request: Request) => Promise<LoginOutcome>;
  /** Ends the session at identity and forgets it here. Never fails: the browser's cookies go in any case. */
  readonly logOut: (request: Request) => Promise<readonly string[]>;
};

export type LoginOutcome =
  | { readonly kind: "loggedIn"; readonly setCookies: readonly string[] }
  | { readonly kind: "refused"; readonly code: string; readonly detail: string };

/** Keeps the browser's session: an access token in an HttpOnly cookie, renewed once per refresh token however many ask. */
export function createSessions(deps: SessionDeps): Sessions {
  const flights = new Map<string, { readonly untilMs: number; readonly result: Promise<ResolvedSession> }>();
  const secure = deps.publicOrigin.startsWith("https:");

  const post = (path: string, request: Request, body?: unknown) =>
    deps.fetch(`${deps.apiBase()}${path}`, {
      method: "POST",
      headers: identityHeaders(request, deps.publicOrigin),
      body: JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(15_000),
    });

  const resultOf = async (response: Response): Promise<ResolvedSession> => {
    const answer: unknown = await response.json().catch(() => undefined);
    // A refusal may take back a cookie that is good for nothing.
    if (!response.ok || !isLoginAnswer(answer))
      return { session: undefined, setCookies: response.status === 401 ? response.headers.getSetCookie() : [] };
    const access = setCookieLine(accessCookie, answer.accessToken, {
      maxAgeSeconds: answer.expiresInSeconds,
      secure,
    });
    return { session: readToken(answer.accessToken), setCookies: [...response.headers.getSetCookie(), access] };
  };

  const renew = (request: Request, cookies: string): Promise<ResolvedSession> => {
    const nowMs = deps.nowMs();
    for (const [key, flight] of flights) if (flight.untilMs < nowMs) flights.delete(key);
    const known = flights.get(cookies);
    if (known) return known.result;
    const result = post("/auth/refresh", request)
      .then(resultOf)
      .catch(() => none);
    flights.set(cookies, { untilMs: nowMs + reuseMs, result });
    return result;
  };

  return {
    resolve: async (request) => {
      const header = request.headers.get("cookie");
      const token = findCookie(header, accessCookie);
      const session = token === undefined ? undefined : readToken(token);
      if (session && session.expiresAtMs - renewBeforeMs > deps.nowMs()) return { session, setCookies: [] };
      const cookies = identityCookies(header);
      return cookies === "" ? none : renew(request, cookies);
    },
    logIn: async (credentials, request) => {
      try {
        const response = await post("/auth/login", request, credentials);
        const { session, setCookies } = await resultOf(response.clone());
        if (session) return { kind: "loggedIn", setCookies };
        return { kind: "refused", ...problemOf(await response.json().catch(() => undefined)) };
      } catch {
        return { kind: "refused", code: "UNREACHABLE", detail: "The server cannot be reached right now. Try again." };
      }
    },
    logOut: async (request) => {
      const forget = setCookieLine(accessCookie, "", { maxAgeSeconds: 0, secure });
      const response = await post("/auth/logout", request).catch(() => undefined);
      return [...(response?.headers.getSetCookie() ?? []), forget];
    },
  };
}

const none: ResolvedSession = { session: undefined, setCookies: [] };

/** Identity sees the browser's cookies and address, and an origin that it can check. */
function identityHeaders(request: Request, publicOrigin: string): Record<string, string> {
  const cookies = identityCookies(request.headers.get("cookie"));
  const token = findCookie(request.headers.get("cookie"), accessCookie);
  const forwardedFor = request.headers.get("x-forwarded-for");
  return {
    "content-type": "application/json",
    accept: "application/json",
    origin: publicOrigin,
    "sec-fetch-site": "same-origin",
    "x-requested-with": "dap-web",
    "user-agent": request.headers.get("user-agent") ?? "dap-web",
    ...(cookies === "" ? {} : { cookie: cookies }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(forwardedFor === null ? {} : { "x-forwarded-for": forwardedFor }),
  };
}

const isLoginAnswer = (value: unknown): value is LoginAnswer =>
  typeof value === "object" &&
  value !== null &&
  "accessToken" in value &&
  typeof value.accessToken === "string" &&
  "expiresInSeconds" in value &&
  typeof value.expiresInSeconds === "number";

function problemOf(value: unknown): { code: string; detail: string } {
  const given = typeof value === "object" && value !== null ? value : {};
  return {
    code: "code" in given && typeof given.code === "string" ? given.code : "LOGIN_FAILED",
    detail:
      "detail" in given && typeof given.detail === "string" ? given.detail : "Logging in did not work. Try again.",
  };
}

/** Reads the claims without verifying them: good enough to choose a page, and nothing else is done with them. */
export function readToken(token: string): Session | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    if (typeof claims !== "object" || claims === null || !("exp" in claims) || typeof claims.exp !== "number")
      return undefined;
    const email = "email" in claims && typeof claims.email === "string" ? claims.email : "";
    return { accessToken: token, email, expiresAtMs: claims.exp * 1000 };
  } catch {
    return undefined;
  }
}

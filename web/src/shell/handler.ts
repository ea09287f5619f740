import type { PageContext } from "./context";
import { setCookieLine, themeCookie } from "./cookie";
import { errorPage } from "./error-page";
import { compressed } from "./gzip";
import { safePath } from "./path";
import { proxyPrefix, proxyToApi } from "./proxy";
import { contentPolicy, finish, isOwnOrigin, newNonce, originOf } from "./security";
import { createSessions, type ResolvedSession, type SessionDeps, type Sessions } from "./session";
import type { StaticFiles } from "./static-file";

/** What the webapp needs to know. */
export type WebConfig = {
  /** Base of every link, e.g. `http://localhost:8080`. */
  readonly publicUrl: string;
  /** Where the public API is reached from here, without `/api/v1`; a function where it is known only later. */
  readonly apiUrl: string | (() => string);
  readonly fetch?: SessionDeps["fetch"];
  readonly nowMs?: () => number;
  /** Told about faults of pages; the visitor sees a plain error page. */
  readonly onError?: (error: unknown, request: Request) => void;
};

export type WebHandler = (request: Request) => Promise<Response>;

export type ShellParts = {
  readonly files: StaticFiles;
  /** Gives `undefined` when there is no such page. */
  readonly renderPage: (request: Request, context: PageContext) => Promise<Response | undefined>;
  /** Address of the style sheet, for pages that are not rendered by the framework. */
  readonly styleHref: string;
};

/** The webapp as one `fetch` handler: files, the session's own doors, and pages. */
export function createShell(config: WebConfig, parts: ShellParts): WebHandler {
  const { apiUrl, fetch = globalThis.fetch, nowMs = Date.now, onError = () => {} } = config;
  const publicOrigin = new URL(config.publicUrl).origin;
  const apiBase = () => `${(typeof apiUrl === "string" ? apiUrl : apiUrl()).replace(/\/$/, "")}/api/v1`;
  const deps = { apiBase, publicOrigin, fetch, nowMs };
  const sessions = createSessions(deps);

  const answer = async (request: Request): Promise<Response> => {
    const file = await parts.files(request);
    if (file) return finish(file);
    const { pathname } = new URL(request.url);
    if (pathname === "/session/logout" || pathname === "/session/theme")
      return finish(await sessionDoor(request, pathname, sessions, publicOrigin));
    const resolved = await sessions.resolve(request);
    if (pathname.startsWith(`${proxyPrefix}/`))
      return finish(await proxyToApi(request, resolved.session, deps), resolved.setCookies);
    return page(request, pathname, resolved);
  };

  const page = async (request: Request, pathname: string, resolved: ResolvedSession): Promise<Response> => {
    const gate = gateOf(request, pathname, resolved);
    if (gate) return finish(gate, resolved.setCookies);
    const nonce = newNonce();
    const context: PageContext = { ...deps, nonce, sessions, session: resolved.session, onError };
    // The framework checks the origin of forms against the address it is given.
    const seen = new URL(originOf(request, publicOrigin));
    // Set part by part: joined to a base, a path that starts with two slashes would name another host.
    seen.pathname = pathname;
    seen.search = new URL(request.url).search;
    const rendered = (await parts.renderPage(at(request, seen), context)) ?? errorPage(404, parts.styleHref);
    const shown = await withoutBareError(rendered, parts.styleHref);
    shown.headers.set("content-security-policy", contentPolicy(nonce, seen.origin));
    if (!shown.headers.has("cache-control")) shown.headers.set("cache-control", "no-store");
    return finish(await compressed(request, shown), resolved.setCookies);
  };

  return async (request) => {
    try {
      // HEAD is answered by GET without its body, so that both give the same headers.
      if (request.method !== "HEAD") return await answer(request);
      const full = await answer(new Request(request, { method: "GET" }));
      return new Response(null, { status: full.status, headers: full.headers });
    } catch (error) {
      onError(error, request);
      return finish(errorPage(500, parts.styleHref));
    }
  };
}

const at = (request: Request, url: URL): Request => (request.url === url.href ? request : new Request(url, request));

/** The framework's own error pages are bare, without even a doctype; ours say what to do. A form that was refused is a page. */
async function withoutBareError(response: Response, styleHref: string): Promise<Response> {
  const isHtml = (response.headers.get("content-type") ?? "").startsWith("text/html");
  if (response.status < 400 || !isHtml) return response;
  const html = await response.text();
  return /^<!doctype/i.test(html)
    ? new Response(html, { status: response.status, headers: response.headers })
    : errorPage(response.status, styleHref);
}

const needsSession = (pathname: string) => pathname === "/" || pathname === "/t" || pathname.startsWith("/t/");

/** Sends a visitor without a session to the login page, and one with a session away from it. */
function gateOf(request: Request, pathname: string, { session }: ResolvedSession): Response | undefined {
  if (!session && needsSession(pathname)) {
    if (request.headers.get("sec-fetch-site") === "cross-site" && request.method === "GET") return sameSiteAgain();
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + new URL(request.url).search)}`;
    return redirect(`/login${next}`);
  }
  if (session && request.method === "GET" && (pathname === "/login" || pathname === "/register")) return redirect("/");
  return undefined;
}

/** Strict cookies are not sent with a link from another site; coming again from our own page, they are. */
const sameSiteAgain = (): Response =>
  new Response('<!doctype html><meta http-equiv="refresh" content="0"><title>dap</title>', {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-dap-page": "again" },
  });

async function sessionDoor(
  request: Request,
  pathname: string,
  sessions: Sessions,
  publicOrigin: string,
): Promise<Response> {
  if (request.method !== "POST") return redirect("/");
  if (!isOwnOrigin(request, publicOrigin)) return new Response("Foreign origin\n", { status: 403 });
  if (pathname === "/session/logout") return finish(redirect("/login"), await sessions.logOut(request));
  const form = await request.formData().catch(() => undefined); // not a form: as if it said nothing
  const theme = form?.get("theme");
  const value = theme === "light" || theme === "dark" ? theme : "system";
  const secure = publicOrigin.startsWith("https:");
  const cookie = setCookieLine(themeCookie, value, { maxAgeSeconds: 31_536_000, secure, httpOnly: false });
  return finish(redirect(backTo(request)), [cookie]);
}

/** The page a form was sent from, as a path of this site. */
function backTo(request: Request): string {
  const from = URL.parse(request.headers.get("referer") ?? "");
  return from ? safePath(from.pathname + from.search) : "/";
}

const redirect = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });

/** Cookies that belong to the webapp itself; every other cookie on the request is identity's and is passed on. */
export const accessCookie = "dap_access";
export const themeCookie = "dap_theme";

export type CookieOptions = { readonly maxAgeSeconds: number; readonly secure: boolean; readonly httpOnly?: boolean };

/** One `Set-Cookie` line. `Lax`, so that a link from elsewhere finds the session. */
export function setCookieLine(name: string, value: string, { maxAgeSeconds, secure, httpOnly }: CookieOptions): string {
  const flags = `${httpOnly === false ? "" : "; HttpOnly"}${secure ? "; Secure" : ""}`;
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; SameSite=Lax${flags}`;
}

/** Name and value of each cookie of a `Cookie` header, in order, values as they were sent. */
export function parseCookies(header: string | null): readonly (readonly [string, string])[] {
  return (header ?? "").split(";").flatMap((part) => {
    const at = part.indexOf("=");
    return at < 1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
  });
}

/** The first value of this name. */
export const findCookie = (header: string | null, name: string): string | undefined =>
  parseCookies(header).find(([given]) => given === name)?.[1];

/** What identity may see of the browser's cookies: all but the webapp's own. Empty when there is none. */
export const identityCookies = (header: string | null): string =>
  parseCookies(header)
    .filter(([name]) => name !== accessCookie && name !== themeCookie)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");

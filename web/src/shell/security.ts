/** Headers that every answer of the webapp carries. */
const common: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  // Not `no-referrer`: browsers then send `Origin: null` with forms, and the origin check could not tell them apart.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
  "x-frame-options": "DENY",
};

/** 128 bits of chance for one page's inline scripts. */
export const newNonce = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");

/** The one style element that the framework writes itself and without a nonce: `:root{view-transition-name:none}`. */
const routerStyleHash = `'sha256-${new Bun.CryptoHasher("sha256").update(":root{view-transition-name:none}").digest("base64")}'`;

/**
 * What a page may load: its own files, scripts that carry this page's nonce, and the realtime connection of its own origin.
 * Style attributes are allowed because bars and columns are placed by them; style elements are not.
 */
export const contentPolicy = (nonce: string, origin: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src-elem 'self' 'nonce-${nonce}' ${routerStyleHash}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${origin.replace(/^http/, "ws")}`,
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** The answer with the common headers, and cookies to set. */
export function finish(response: Response, setCookies: readonly string[] = []): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(common)) headers.set(name, value);
  for (const cookie of setCookies) headers.append("set-cookie", cookie);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/**
 * The origin that the browser sees: the public one, or the address it really used (a second name, a port forwarded).
 * Browsers set `Host` and `Origin` themselves, so a page of another site cannot make the two agree.
 */
export function originOf(request: Request, publicOrigin: string): string {
  const scheme = request.headers.get("x-forwarded-proto") ?? new URL(publicOrigin).protocol.replace(":", "");
  const hosts = [request.headers.get("x-forwarded-host"), request.headers.get("host")];
  const candidates = hosts.flatMap((host) => (host ? [`${scheme}://${host}`] : []));
  const given = request.headers.get("origin");
  return given !== null && candidates.includes(given) && URL.canParse(given) ? given : publicOrigin;
}

/** Whether a request that changes something comes from the webapp's own pages. */
export function isOwnOrigin(request: Request, publicOrigin: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  return request.headers.get("origin") === originOf(request, publicOrigin);
}

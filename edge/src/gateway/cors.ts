/** Origins exactly as browsers send them, or `*`. */
export type Cors = { readonly origins: readonly string[] };

/** Headers that let the listed origins read the answer. Exact match only; `*` must be listed to be given. */
export function corsHeaders(request: Request, { origins }: Cors): readonly (readonly [string, string])[] {
  const origin = request.headers.get("origin");
  if (!origin) return [["vary", "origin"]];
  const allowed = origins.includes("*") ? "*" : origins.includes(origin) ? origin : undefined;
  if (!allowed) return [["vary", "origin"]];
  return [
    ["access-control-allow-origin", allowed],
    ["access-control-expose-headers", "x-run-id, x-request-id, retry-after"],
    ["vary", "origin"],
  ];
}

/** The answer to a preflight; it never starts a run. */
export function preflight(request: Request, cors: Cors, methods: readonly string[]): Response {
  const headers = new Headers(corsHeaders(request, cors).map(([name, value]): [string, string] => [name, value]));
  headers.set("access-control-allow-methods", methods.join(", "));
  headers.set("access-control-allow-headers", "authorization, content-type, idempotency-key, if-match, x-request-id");
  headers.set("access-control-max-age", "600");
  return new Response(null, { status: 204, headers });
}

/** Paths whose only authority is a bearer token. Those that use cookies are for our own pages alone. */
export const isOpenToEmbeds = (path: string): boolean =>
  path.startsWith("/api/v1/teams/") || path === "/api/v1/realtime/tickets";

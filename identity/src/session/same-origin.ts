import { Failure } from "@dap/platform/failure";

/**
 * Refuses (403 `ORIGIN_REFUSED`) a request that another site's page made a browser send. A browser says so itself in
 * `Sec-Fetch-Site`, which pages cannot set; older ones send `Origin`. A request with neither is no browser's, and
 * carries no cookie that its sender did not put there.
 */
export function requireSameOrigin(request: Request, publicUrl: string): void {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const isSame = site === null ? origin === null || origin === new URL(publicUrl).origin : site === "same-origin";
  if (!isSame) throw new Failure("ORIGIN_REFUSED", 403, "This request came from another site.");
}

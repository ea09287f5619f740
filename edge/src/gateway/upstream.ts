/** Which service answers a path of the one public port. The edge routes by exact prefixes and decides nothing else. */
export type Upstream = "identity" | "team" | "data" | "realtime" | "web" | "edge";

const teamResources: ReadonlySet<string> = new Set(["members", "invitations", "api-keys", "audit", "roles"]);

/**
 * Gives the service for a canonical path, or `undefined` for a path that must not be forwarded: internal routes, and
 * spellings that two parsers could read differently (double slashes, encoded slashes and dots, backslashes, parameters).
 */
export function findUpstream(path: string): Upstream | undefined {
  if (isAmbiguous(path)) return undefined;
  const parts = path.split("/").slice(1);
  const [first] = parts;
  if (first === "internal" || first === "healthz" || first === "readyz" || first === "metrics") return undefined;
  if (first === "api") return parts[1] === "v1" ? apiUpstream(parts.slice(2)) : undefined;
  if (first === ".well-known" || first === "mailbox") return "identity";
  if (first === "realtime") return "realtime";
  if (first === "resume") return "data";
  if (first === "w" || first === "docs" || first === "openapi.json" || first === "schema" || first === "component")
    return "edge";
  return "web";
}

function apiUpstream(parts: readonly string[]): Upstream | undefined {
  const [resource, teamId, collection] = parts;
  if (resource === "auth") return "identity";
  if (resource === "realtime") return "realtime";
  if (resource === "resume") return "data";
  if (resource !== "teams") return undefined;
  if (teamId === undefined || collection === undefined || teamResources.has(collection)) return "team";
  return "data";
}

function isAmbiguous(path: string): boolean {
  return (
    path.includes("//") ||
    path.includes("\\") ||
    path.includes(";") ||
    /%(?:2e|2f|5c|00)/i.test(path) ||
    /(?:^|\/)\.{1,2}(?:\/|$)/.test(path)
  );
}

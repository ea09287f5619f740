/** A browser without its version, so that an update in the middle of a session changes nothing: "Firefox/Windows". */
export function userAgentFamily(userAgent: string): string {
  const find = (names: readonly string[]) => names.find((name) => userAgent.includes(name)) ?? "other";
  const browser = find(["Edg", "OPR", "Firefox", "Chrome", "Safari", "curl"]);
  return `${browser}/${find(["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"])}`;
}

/** The header as it is kept for the list of sessions. */
export const userAgentOf = (request: Request): string => (request.headers.get("user-agent") ?? "").slice(0, 300);

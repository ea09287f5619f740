import { EgressError } from "./error";

/** What is sent next, and where. */
export type Hop = {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
};

const redirects = new Set([301, 302, 303, 307, 308]);
const secrets = ["authorization", "cookie", "x-api-key", "api-key", "x-auth-token"];
/** They describe a body, and go with it. */
const bodyHeaders = ["content-type", "content-encoding", "content-language", "content-location"];

/** The next hop when the answer is a redirect that can be followed; `undefined` when it is the answer. Throws `EgressError`. */
export function nextHop(
  hop: Hop,
  from: URL,
  status: number,
  location: string | undefined,
  secretHeaders: readonly string[],
): Hop | undefined {
  if (!redirects.has(status) || location === undefined) return undefined;
  const to = URL.parse(location, from);
  if (!to) throw new EgressError("REDIRECT_REFUSED", "The receiver redirects to a URL that cannot be read.");
  if (from.protocol === "https:" && to.protocol !== "https:") {
    throw new EgressError("REDIRECT_REFUSED", "The receiver redirects from https to an unencrypted URL.");
  }
  const dropped = from.host === to.host && from.protocol === to.protocol ? [] : [...secrets, ...secretHeaders];
  const turnsToGet =
    status === 303 ? hop.method !== "HEAD" : hop.method === "POST" && (status === 301 || status === 302);
  return {
    url: to.href,
    method: turnsToGet ? "GET" : hop.method,
    headers: without(hop.headers, turnsToGet ? [...dropped, ...bodyHeaders] : dropped),
    body: turnsToGet ? undefined : hop.body,
  };
}

function without(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  const gone = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name)));
}

import { Failure } from "@dap/platform/failure";

/**
 * Refuses what the server lets through but no two parsers need read alike: a target that is no URL (HTTP/1.0 without a
 * host, CONNECT), and a length given twice. Fails with 400 `MALFORMED_REQUEST`.
 */
export function checkRequest({ url, headers }: Request): void {
  if (!/^https?:\/\/[^/]/.test(url)) throw malformed("The request names no host, or no path.");
  const length = headers.get("content-length");
  if (length !== null && !/^\d{1,15}$/.test(length)) throw malformed("The length of the body is not one number.");
}

const malformed = (message: string) => new Failure("MALFORMED_REQUEST", 400, message);

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether a browser on this machine called us by a name that is ours. A page whose own name was made to point here (DNS
 * rebinding) gives that name as `Host`; a proxy in front of us, whose address would pass for a local one, says so.
 */
export function isLocalCall({ headers }: Request, publicUrl: URL): boolean {
  if (headers.has("x-forwarded-for") || headers.has("forwarded") || headers.has("via")) return false;
  const called = URL.parse(`http://${headers.get("host") ?? ""}`);
  return called !== null && (loopback.has(called.hostname) || called.host === publicUrl.host);
}

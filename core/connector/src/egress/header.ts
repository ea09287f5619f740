import { EgressError } from "./error";
import { acceptEncoding } from "./inflate";

/** Headers that frame the message or steer the connection: the client's own business. */
const reserved = new Set([
  "host",
  "connection",
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const headersMax = 100;
const bytesMax = 65_536;

/** Checks what a stranger wants to send; names in lower case. Throws `EGRESS_HEADER`. */
export function checkHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  let bytes = 0;
  let count = 0;
  for (const [spelling, value] of Object.entries(given)) {
    const name = spelling.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
      throw refused(`${JSON.stringify(spelling.slice(0, 64))} is not a header name.`);
    if (reserved.has(name)) throw refused(`The header ${name} is set by dap itself.`);
    // Visible ASCII, space, tab and Latin-1: nothing that could end the line.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw refused(`The value of ${name} has characters that a header cannot carry.`);
    headers[name] = value.trim();
    bytes += name.length + value.length;
    count += 1;
  }
  if (count > headersMax || bytes > bytesMax) throw refused("The headers are too many or too large.");
  return headers;
}

/** Adds what every request has. */
export function framed(headers: Readonly<Record<string, string>>, authority: string, bodyBytes: number | undefined) {
  return {
    host: authority,
    accept: "*/*",
    "user-agent": "dap",
    "accept-encoding": acceptEncoding,
    ...headers,
    ...(bodyBytes !== undefined && { "content-length": String(bodyBytes) }),
  };
}

const refused = (message: string) => new EgressError("EGRESS_HEADER", message);

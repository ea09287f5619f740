import ipaddr from "ipaddr.js";
import type { EgressAllow } from "./type";

/**
 * Reads `EGRESS_ALLOW`: entries divided by commas or white space, each an address, a CIDR or a host name, with or
 * without `:port` (`10.0.0.0/8`, `127.0.0.1:9000`, `[::1]:8080`, `fd00::/8`, `nas.local:443`). Throws an `Error` that
 * names the first entry it cannot read.
 */
export function parseEgressAllow(text: string): EgressAllow[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(parseEntry);
}

function parseEntry(entry: string): EgressAllow {
  const { subject, port } = splitPort(entry);
  const place = port === undefined ? {} : { port };
  const cidr = asCidr(subject);
  if (cidr) return { kind: "network", cidr, ...place };
  const host = subject.toLowerCase().replace(/\.$/, "");
  // A name of digits and dots alone is an address that was mistyped: refused rather than never matched.
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host) || /^[\d.]+$/.test(host)) throw unreadable(entry);
  return { kind: "host", host, ...place };
}

function splitPort(entry: string): { subject: string; port: number | undefined } {
  const bracketed = entry.match(/^\[([^\]]+)\](\/\d+)?(?::(\d{1,5}))?$/);
  if (bracketed) return { subject: `${bracketed[1]}${bracketed[2] ?? ""}`, port: portOf(bracketed[3], entry) };
  const parts = entry.split(":");
  if (parts.length !== 2) return { subject: entry, port: undefined }; // no port, or a bare IPv6 address
  return { subject: parts[0] ?? "", port: portOf(parts[1], entry) };
}

function portOf(text: string | undefined, entry: string): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) throw unreadable(entry);
  return port;
}

function asCidr(subject: string): string | undefined {
  const [address, bits] = subject.split("/");
  if (!address || !(ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address))) return undefined;
  const whole = `${address}/${bits ?? (address.includes(":") ? 128 : 32)}`;
  return ipaddr.isValidCIDR(whole) ? whole : undefined;
}

const unreadable = (entry: string) =>
  new Error(`EGRESS_ALLOW: ${JSON.stringify(entry)} is not an address, a CIDR or a host name, with or without a port`);

import ipaddr from "ipaddr.js";
import { isGlobal, parseAddress, within } from "./address";
import { EgressError } from "./error";
import type { EgressAllow } from "./type";

/** Where a request goes: everything read from the parsed URL, never from its text. */
export type Destination = {
  readonly isSecure: boolean;
  /** As in the URL, without brackets. */
  readonly host: string;
  readonly port: number;
  /** For the `Host` header: with the port unless it is the scheme's own. */
  readonly authority: string;
  readonly path: string;
};

/** Names of metadata services: refused even if somebody's resolver gives them a global address. */
const refusedNames = new Set([
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Parses by the WHATWG rules and refuses everything but plain http and https. Throws `EgressError`. */
export function parseDestination(url: string): { url: URL; destination: Destination } {
  const parsed = URL.parse(url);
  if (!parsed) throw new EgressError("EGRESS_URL", "The URL cannot be read.");
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new EgressError("EGRESS_SCHEME", `Only http and https can be called, not ${parsed.protocol.slice(0, 32)}`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new EgressError("EGRESS_USERINFO", "The URL must not carry a user name or password; use a header.");
  }
  const isSecure = parsed.protocol === "https:";
  const host = parsed.hostname.startsWith("[") ? parsed.hostname.slice(1, -1) : parsed.hostname;
  const port = parsed.port === "" ? (isSecure ? 443 : 80) : Number(parsed.port);
  if (host === "" || port === 0) throw new EgressError("EGRESS_URL", "The URL has no host or no usable port.");
  return {
    url: parsed,
    destination: { isSecure, host, port, authority: parsed.host, path: `${parsed.pathname}${parsed.search}` },
  };
}

const rememberedMax = 1_000;

/** Decides which addresses of a destination may be connected to. */
export type AddressGuard = {
  /** Before anything is resolved: refuses metadata names and private literals; gives whether the host is an address. */
  readonly admitHost: (destination: Destination) => boolean;
  /** The resolved addresses that may be used; throws `EGRESS_ADDRESS_REFUSED` when the answer is not acceptable. */
  readonly admitAddresses: (destination: Destination, addresses: readonly string[]) => string[];
};

export function createAddressGuard(allow: readonly EgressAllow[]): AddressGuard {
  const networks = allow.flatMap((one) => (one.kind === "network" ? [readNetwork(one)] : []));
  const names = allow.flatMap((one) => (one.kind === "host" ? [one] : []));
  const isExcepted = (text: string, port: number): boolean => {
    const address = parseAddress(text);
    return networks.some((one) => portFits(one.port, port) && address !== undefined && within(address, one.range));
  };
  const isOpen = (text: string): boolean => {
    const address = parseAddress(text);
    return address !== undefined && isGlobal(address);
  };
  const isNamed = ({ host, port }: Destination): boolean =>
    names.some((one) => portFits(one.port, port) && one.host === bareName(host));

  /** Literals that passed: the rules do not change, and reading an address costs as much as parsing its URL. */
  const admitted = new Set<string>();

  return {
    admitHost: (destination) => {
      const { host, port } = destination;
      const key = `${host} ${port}`;
      if (admitted.has(key)) return true;
      if (!isLiteral(host)) {
        if (refusedNames.has(bareName(host)) && !isNamed(destination)) throw refusal(destination);
        return false;
      }
      if (!isOpen(host) && !isExcepted(host, port)) throw refusal(destination);
      if (admitted.size >= rememberedMax) admitted.clear();
      admitted.add(key);
      return true;
    },
    admitAddresses: (destination, addresses) => {
      if (isNamed(destination)) return [...addresses];
      if (addresses.every(isOpen)) return [...addresses];
      // One private address among the answers spoils them all, except where the operator has named an address.
      const excepted = addresses.filter((address) => isExcepted(address, destination.port));
      if (excepted.length === 0) throw refusal(destination);
      return excepted;
    },
  };
}

function readNetwork({ cidr, port }: Extract<EgressAllow, { kind: "network" }>) {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  // `::ffff:a.b.c.d` in a list means the IPv4 address, as it does in a URL.
  const isMapped = address.kind() === "ipv6" && (address as ipaddr.IPv6).isIPv4MappedAddress() && bits >= 96;
  const range: [typeof address, number] = isMapped
    ? [(address as ipaddr.IPv6).toIPv4Address(), bits - 96]
    : [address, bits];
  return { range, port };
}

const portFits = (allowed: number | undefined, port: number): boolean => allowed === undefined || allowed === port;
const bareName = (host: string): string => host.replace(/\.$/, "");
/** After WHATWG parsing an IPv4 host is always four decimal parts, and only IPv6 hosts have a colon. */
const isLiteral = (host: string): boolean => host.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(host);

// The message repeats only what the author wrote: the resolved address would map the network for a stranger.
const refusal = ({ host, port }: Destination) =>
  new EgressError(
    "EGRESS_ADDRESS_REFUSED",
    `${host.slice(0, 255)}:${port} is not a public address, and EGRESS_ALLOW does not name it.`,
  );

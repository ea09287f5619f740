import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Special-purpose ranges that are refused whatever the library calls them (RFC 6890 and its registry, cloud metadata). */
const refused: readonly [Address, number][] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10", // shared address space, with one cloud's metadata at 100.100.100.200
  "127.0.0.0/8",
  "168.63.129.16/32", // one cloud's host agent, in the middle of global space
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "2001::/23", // protocol assignments, Teredo among them
  "2001:db8::/32",
  "2620:4f:8000::/48",
  "3fff::/20",
  "5f00::/16",
].map((cidr) => ipaddr.parseCIDR(cidr));

const globalV6 = ipaddr.parseCIDR("2000::/3");
const nat64 = ipaddr.parseCIDR("64:ff9b::/96");
const sixToFour = ipaddr.parseCIDR("2002::/16");

/**
 * Reads a textual address as resolvers and URL parsers write it, and takes an IPv4 address out of the IPv6 forms that
 * carry one (mapped, NAT64, 6to4), for what counts is where the packet ends up. `undefined` for anything else; an
 * address with a zone id is not read.
 */
export function parseAddress(text: string): Address | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  if (!bare.includes(":") || bare.includes("%") || !ipaddr.IPv6.isValid(bare)) return undefined;
  return unwrap(ipaddr.IPv6.parse(bare));
}

function unwrap(address: ipaddr.IPv6): Address {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  if (within(address, nat64)) return new ipaddr.IPv4(bytes.slice(12));
  if (within(address, sixToFour)) return new ipaddr.IPv4(bytes.slice(2, 6));
  return address;
}

/** Whether an address is global unicast: reachable by anybody, so that reaching it from here gives nothing away. */
export function isGlobal(address: Address): boolean {
  if (refused.some((range) => within(address, range))) return false;
  if (address.kind() === "ipv4") return address.range() === "unicast";
  return within(address, globalV6) && !isIsatap(address as ipaddr.IPv6);
}

/** Interface ids `0:5efe` and `200:5efe` tunnel to the IPv4 address behind them. */
const isIsatap = ({ parts }: ipaddr.IPv6): boolean => parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);

/** Whether an address lies in a network of the same family. */
export const within = (address: Address, range: [Address, number]): boolean =>
  address.kind() === range[0].kind() && address.match(range[0] as never, range[1]); // families were compared just before

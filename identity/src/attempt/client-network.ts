/** The client's address as the edge saw it; `undefined` when the request did not come through the edge. */
export function clientAddress(request: Request): string | undefined {
  // The edge removes what the client sent and writes its own, so the last entry is the edge's.
  return request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() || undefined;
}

/** Whether the request was made on this machine. */
export function isLocalClient(request: Request): boolean {
  const address = clientAddress(request);
  return address === undefined || address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** What one party can have many addresses in: /24 of IPv4, /64 of IPv6. */
export function clientNetwork(request: Request): string {
  const address = clientAddress(request) ?? "local";
  const four = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(address);
  if (four) return `${four[1]}.0/24`;
  return address.includes(":") ? `${firstGroups(address)}::/64` : address;
}

function firstGroups(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const given = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - given.length - after.length);
  const groups = [...given, ...Array.from({ length: zeros }, () => "0"), ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

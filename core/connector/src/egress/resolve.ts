import { lookup } from "node:dns/promises";
import { EgressError } from "./error";
import type { Resolve } from "./type";

/** All addresses of a name as the machine knows them (hosts file, then DNS), A and AAAA. */
export const resolveBySystem: Resolve = async (host) =>
  (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);

const keepMs = 2_000;
const keptMax = 1_000;

/**
 * Resolves once for all who ask within two seconds, so that a burst of connections makes one question. What is kept is
 * the answer itself: it is checked by each who uses it, and the connection is made to the checked address.
 */
export function createResolver(resolve: Resolve, nowMs: () => number): Resolve {
  const kept = new Map<string, { untilMs: number; answer: Promise<readonly string[]> }>();
  return (host) => {
    const known = kept.get(host);
    if (known && known.untilMs > nowMs()) return known.answer;
    const answer = ask(resolve, host);
    if (kept.size >= keptMax) kept.clear();
    kept.set(host, { untilMs: nowMs() + keepMs, answer });
    answer.catch(() => kept.delete(host));
    return answer;
  };
}

async function ask(resolve: Resolve, host: string): Promise<readonly string[]> {
  const failure = () => new EgressError("DNS_FAILED", `The name ${host.slice(0, 255)} cannot be resolved.`);
  const addresses = await resolve(host).catch(() => {
    throw failure();
  });
  if (addresses.length === 0) throw failure();
  return addresses;
}

import { ExpressionError } from "../error";
import { suggest } from "../suggestion";
import { zoneData } from "./zone.generated";
import { firstChangeAfter, parseRule, ruleOffsetAt, type ZoneRule } from "./zone-rule";

/** A time zone: what was, as a list; what goes on, as a rule. All times in seconds. */
export type Zone = {
  readonly first: number;
  readonly times: readonly number[];
  /** In force from the time at the same index. */
  readonly offsets: readonly number[];
  readonly rule: ZoneRule;
  /** The rule's own first change after the list: until then the last listed offset holds, even where the rule differs. */
  readonly ruleFrom: number;
};

/** Zones by name, each unpacked when it is first used. The pack of a name is known from the start. */
const packs = new Map<string, string>();
const zones = new Map<string, Zone>();

/** The zone of an IANA name such as `Europe/Berlin`. */
export function getZone(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const pack = packOf(name);
  if (pack === undefined) throw unknownZone(name);
  const zone = unpack(pack);
  zones.set(name, zone);
  return zone;
}

export function zoneNames(): readonly string[] {
  packOf("UTC");
  return [...packs.keys()].sort();
}

function packOf(name: string): string | undefined {
  if (packs.size === 0) {
    for (const line of zoneData) {
      const at = line.indexOf("|");
      for (const each of line.slice(0, at).split(" ")) packs.set(each, line.slice(at + 1));
    }
  }
  return packs.get(name);
}

function unknownZone(name: string): ExpressionError {
  const near = name.length > 50 ? undefined : suggest(name, packs.keys());
  return new ExpressionError(
    "TYPE",
    "there is no time zone of this name; zones are named as in Europe/Berlin",
    undefined,
    near,
  );
}

/** See tool/pack-zone.ts for the form. */
function unpack(pack: string): Zone {
  const [rule = "0", offsetList = "", packed = ""] = pack.split("|");
  const known = offsetList.split(",").map((offset) => Number.parseInt(offset, 36));
  const times: number[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const [, letter = "A", mark, digits = ""] of packed.matchAll(/([A-Z])(\.?)([0-9a-z]+)/g)) {
    at += Number.parseInt(digits, 36) * (mark === "." ? 1 : 900);
    times.push(at);
    offsets.push(known[letter.charCodeAt(0) - 65] ?? 0);
  }
  const parsed = parseRule(rule);
  return { first: known[0] ?? 0, times, offsets, rule: parsed, ruleFrom: firstChangeAfter(parsed, times.at(-1)) };
}

/** Milliseconds east of Greenwich at an instant. Before 1970 the offset of the start of 1970 holds. */
export function offsetMsAt(zone: Zone, atMs: number): number {
  const at = Math.floor(atMs / 1000);
  const { times, offsets, first, rule, ruleFrom } = zone;
  if (times.length === 0) return (at < 0 ? first : ruleOffsetAt(rule, at)) * 1000;
  if (at >= ruleFrom) return ruleOffsetAt(rule, at) * 1000;
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return (low === 0 ? first : (offsets[low - 1] ?? first)) * 1000;
}

/**
 * The instant of a local time. A time that the clocks skip is read with the offset before the change (so it comes out
 * later); a time that occurs twice is the earlier one.
 */
export function fromLocalMs(zone: Zone, localMs: number): number {
  const before = offsetMsAt(zone, localMs - 86_400_000);
  const after = offsetMsAt(zone, localMs + 86_400_000);
  const early = localMs - before;
  if (before === after || offsetMsAt(zone, early) === before) return early;
  const late = localMs - after;
  return offsetMsAt(zone, late) === after ? late : early;
}

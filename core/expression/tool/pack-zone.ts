/**
 * A zone as one line: `rule|offsets|transitions`.
 *
 * - `offsets`: seconds east of Greenwich in base 36, separated by commas; the first is in force at the start of 1970.
 * - `transitions`: each a capital letter (which offset begins) and the time since the one before, in base 36: in quarters
 *   of an hour, or after `.` in seconds. Only those that the rule does not give anyway.
 * - `rule`: what goes on after the last transition, in seconds: `std` or `std,dst,start,end` with start and end as
 *   `month.week.day/time` (POSIX: week 5 is the last, day 0 is Sunday, time is seconds after local midnight).
 */
import { parseRule, ruleOffsetAt } from "../src/calendar/zone-rule";

export type ZoneSource = {
  readonly first: number;
  readonly transitions: readonly { readonly at: number; readonly offset: number }[];
  readonly rule: string;
};

export function packZone(zone: ZoneSource): string {
  const rule = packRule(zone.rule);
  const known = sinceEpoch(zone);
  const offsets: number[] = [known.first];
  let before = 0;
  let packed = "";
  for (const { at, offset } of needed(known, rule)) {
    if (!offsets.includes(offset)) offsets.push(offset);
    const delta = at - before;
    packed += String.fromCharCode(65 + offsets.indexOf(offset));
    packed += delta % 900 === 0 ? (delta / 900).toString(36) : `.${delta.toString(36)}`;
    before = at;
  }
  if (offsets.length > 26) throw new Error("a zone has more than 26 offsets");
  return `${rule}|${offsets.map((offset) => offset.toString(36)).join(",")}|${packed}`;
}

/** What is before 1970 becomes the offset in force then; transitions that change nothing are left out. */
function sinceEpoch(zone: ZoneSource) {
  let first = zone.first;
  const transitions: { at: number; offset: number }[] = [];
  for (const { at, offset } of zone.transitions) {
    const current = transitions.at(-1)?.offset ?? first;
    if (at <= 0) first = offset;
    else if (offset !== current) transitions.push({ at, offset });
  }
  return { first, transitions };
}

/** Drops transitions from the end as long as the rule says the same. */
function needed({ first, transitions }: ReturnType<typeof sinceEpoch>, packedRule: string) {
  const rule = parseRule(packedRule);
  let count = transitions.length;
  while (count > 0) {
    const last = transitions[count - 1];
    const before = transitions[count - 2]?.offset ?? first;
    if (!last || ruleOffsetAt(rule, last.at) !== last.offset || ruleOffsetAt(rule, last.at - 1) !== before) break;
    count--;
  }
  // One more stays, so that the rule begins where it is known to hold.
  return transitions.slice(0, Math.min(transitions.length, count + 1));
}

/** A POSIX TZ string (`CET-1CEST,M3.5.0,M10.5.0/3`) without its names, in seconds. */
function packRule(source: string): string {
  const name = "(?:<[^>]+>|[A-Za-z]+)";
  const match = new RegExp(`^${name}([+-]?[\\d:]+)(?:${name}([+-]?[\\d:]+)?,(.+),(.+))?$`).exec(source);
  if (!match) throw new Error(`this rule cannot be read: ${source}`);
  const [, standard = "", daylight, start, end] = match;
  const standardOffset = -clock(standard);
  if (start === undefined || end === undefined) return String(standardOffset);
  const daylightOffset = daylight === undefined ? standardOffset + 3600 : -clock(daylight);
  return `${standardOffset},${daylightOffset},${packChange(start)},${packChange(end)}`;
}

function packChange(source: string): string {
  const match = /^M(\d+)\.(\d)\.(\d)(?:\/(.+))?$/.exec(source);
  if (!match) throw new Error(`this change cannot be read: ${source}`);
  return `${match[1]}.${match[2]}.${match[3]}/${clock(match[4] ?? "2")}`;
}

/** `[+-]h[:mm[:ss]]` in seconds. */
function clock(source: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = source.replace(/^[+-]/, "").split(":").map(Number);
  return (source.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

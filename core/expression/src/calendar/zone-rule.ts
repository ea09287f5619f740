/** The rule by which a zone goes on after its last listed transition. All times in seconds. */
export type ZoneRule = {
  readonly standard: number;
  readonly daylight?: { readonly offset: number; readonly start: RuleChange; readonly end: RuleChange };
};

/** `week` 5 is the last; `day` 0 is Sunday; `time` is seconds after local midnight and may be beyond the day. */
type RuleChange = { readonly month: number; readonly week: number; readonly day: number; readonly time: number };

/** Reads `std` or `std,dst,start,end` (see tool/pack-zone.ts). */
export function parseRule(source: string): ZoneRule {
  const [standard = "0", offset, start, end] = source.split(",");
  if (offset === undefined || start === undefined || end === undefined) return { standard: Number(standard) };
  const daylight = { offset: Number(offset), start: parseChange(start), end: parseChange(end) };
  return { standard: Number(standard), daylight };
}

function parseChange(source: string): RuleChange {
  const [month = 1, week = 1, day = 0, time = 0] = source.split(/[./]/).map(Number);
  return { month, week, day, time };
}

/** Seconds east of Greenwich at an instant in Unix seconds. */
export function ruleOffsetAt({ standard, daylight }: ZoneRule, at: number): number {
  if (!daylight) return standard;
  const year = new Date((at + standard) * 1000).getUTCFullYear();
  const start = changeAt(year, daylight.start) - standard;
  const end = changeAt(year, daylight.end) - daylight.offset;
  const isDaylight = start < end ? at >= start && at < end : at >= start || at < end;
  return isDaylight ? daylight.offset : standard;
}

/**
 * The first instant after `at` at which the rule itself changes the offset; `at` for a rule that never does (0 without a
 * list before it).
 */
export function firstChangeAfter({ standard, daylight }: ZoneRule, at = 0): number {
  if (!daylight) return at;
  const year = new Date((at + standard) * 1000).getUTCFullYear();
  const changes = [year - 1, year, year + 1].flatMap((each) => [
    changeAt(each, daylight.start) - standard,
    changeAt(each, daylight.end) - daylight.offset,
  ]);
  return Math.min(...changes.filter((change) => change > at));
}

/** The local second of a change, as if local time were UTC. */
function changeAt(year: number, { month, week, day, time }: RuleChange): number {
  const first = new Date(0);
  first.setUTCFullYear(year, month - 1, 1);
  const days = new Date(first);
  days.setUTCFullYear(year, month, 0);
  let date = 1 + ((day - first.getUTCDay() + 7) % 7) + (week - 1) * 7;
  if (date > days.getUTCDate()) date -= 7;
  return first.getTime() / 1000 + (date - 1) * 86400 + time;
}

/** For tests only: which instants a cron rule means, found by looking at every minute's wall clock as Intl tells it. */
const minuteMs = 60_000;

export type Fields = {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days?: ReadonlySet<number>;
  readonly months?: ReadonlySet<number>;
  readonly weekdays?: ReadonlySet<number>;
  /** No `*` and no step in minutes and hours. */
  readonly isFixed: boolean;
};

export type Shift = { readonly atMs: number; readonly beforeMs: number; readonly afterMs: number };

const formats = new Map<string, Intl.DateTimeFormat>();

/** Wall clock minus UTC at an instant. */
function offsetMs(zone: string, atMs: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(new Date(atMs)).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
  return wall - Math.floor(atMs / 1_000) * 1_000;
}

/** Every change of a zone's offset between two instants, to the minute. Changes are more than six hours apart. */
export function shiftsOf(zone: string, fromMs: number, untilMs: number): Shift[] {
  const shifts: Shift[] = [];
  const strideMs = 6 * 60 * minuteMs;
  for (let lowMs = fromMs; lowMs < untilMs; lowMs += strideMs) {
    const beforeMs = offsetMs(zone, lowMs);
    if (offsetMs(zone, lowMs + strideMs) === beforeMs) continue;
    let [low, high] = [lowMs, lowMs + strideMs];
    while (high - low > minuteMs) {
      const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
      if (offsetMs(zone, middle) === beforeMs) low = middle;
      else high = middle;
    }
    shifts.push({ atMs: high, beforeMs, afterMs: offsetMs(zone, high) });
  }
  return shifts;
}

/** The instants a rule means from one instant on and before another, by walking every minute. */
export function expectedTicks(fields: Fields, zone: string, fromMs: number, untilMs: number): number[] {
  const found = new Set<number>();
  const shifts = shiftsOf(zone, fromMs, untilMs);
  let at = fromMs;
  let offset = offsetMs(zone, fromMs);
  // Local minutes before this one have been: they come a second time.
  let repeatedBelow = Number.NEGATIVE_INFINITY;
  const walk = (end: number) => {
    for (; at < end; at += minuteMs) {
      const local = at + offset;
      if (matches(fields, local) && !(fields.isFixed && local < repeatedBelow)) found.add(at);
    }
  };
  for (const shift of shifts) {
    walk(shift.atMs);
    const [ended, begins] = [shift.atMs + shift.beforeMs, shift.atMs + shift.afterMs];
    if (fields.isFixed)
      for (let skipped = ended; skipped < begins; skipped += minuteMs)
        if (matches(fields, skipped)) found.add(shift.atMs);
    offset = shift.afterMs;
    repeatedBelow = Math.max(repeatedBelow, ended);
  }
  walk(untilMs);
  return [...found].toSorted((left, right) => left - right);
}

function matches({ minutes, hours, days, months, weekdays }: Fields, localMs: number): boolean {
  const minute = Math.floor(localMs / minuteMs);
  if (!minutes.has(minute % 60) || !hours.has(Math.floor(minute / 60) % 24)) return false;
  const local = new Date(localMs);
  if (months && !months.has(local.getUTCMonth() + 1)) return false;
  const isDay = days?.has(local.getUTCDate());
  const isWeekday = weekdays?.has(local.getUTCDay());
  if (isDay === undefined || isWeekday === undefined) return isDay ?? isWeekday ?? true;
  return isDay || isWeekday;
}

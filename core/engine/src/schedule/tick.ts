import type { ScheduleTrigger } from "@dap/contract";
import { hashJson } from "../hash";
import { type CronRefusal, cronTicks } from "./cron";

/**
 * The nominal instants at which a schedule asks for a run: they follow from the rule alone, never from when a tick
 * before was fired, so nothing drifts. In Unix milliseconds; `undefined`: there is none.
 */
export type Ticks = {
  /** The first tick strictly after an instant. */
  readonly next: (afterMs: number) => number | undefined;
  /** The last tick strictly before an instant. */
  readonly previous: (beforeMs: number) => number | undefined;
};

export type ScheduleRule = Pick<ScheduleTrigger, "cron" | "everyMs" | "zone">;

export const zoneDefault = "UTC";

/** The ticks of a rule, or why it has none that can be told. */
export const readTicks = ({ cron, everyMs, zone = zoneDefault }: ScheduleRule): Ticks | CronRefusal =>
  everyMs === undefined ? cronTicks(cron ?? "", zone) : everyTicks(everyMs);

/** The ticks of a rule that passed the checker; throws for another one. */
export function scheduleTicks(rule: ScheduleRule): Ticks {
  const ticks = readTicks(rule);
  if ("kind" in ticks) throw new Error(`The schedule cannot be read: ${ticks.reason}`);
  return ticks;
}

/** Multiples of the span since 1970. */
const everyTicks = (everyMs: number): Ticks => ({
  next: (afterMs) => (Math.floor(afterMs / everyMs) + 1) * everyMs,
  previous: (beforeMs) => (Math.ceil(beforeMs / everyMs) - 1) * everyMs,
});

/** Ticks after one instant and not after another, the oldest first, `limit` at most. */
export function ticksBetween(ticks: Ticks, afterMs: number, untilMs: number, limit: number): number[] {
  const found: number[] = [];
  for (let at = ticks.next(afterMs); at !== undefined && at <= untilMs && found.length < limit; at = ticks.next(at))
    found.push(at);
  return found;
}

/** By how much all ticks of a schedule come later: 0 to `jitterMs`, always the same for one id, spread over ids. */
export const jitterOf = (scheduleId: string, jitterMs: number): number =>
  Number.parseInt(hashJson(scheduleId).slice(0, 8), 16) % (jitterMs + 1);

import type { DocumentProblem, ScheduleTrigger } from "@dap/contract";
import { isZone, suggestZone } from "../schedule/cron";
import { readTicks, zoneDefault } from "../schedule/tick";
import { problem } from "./problem";

/** Any instant: whether a rule ever comes does not hang on when one asks, as long as it names no year. */
const someInstantMs = 1_767_225_600_000;

/** Whether a schedule can be read and ever comes. */
export function checkSchedule(trigger: ScheduleTrigger): DocumentProblem[] {
  const { cron, zone = zoneDefault } = trigger;
  if (!isZone(zone))
    return [{ ...problem("/trigger/zone", "UNKNOWN_ZONE", `There is no time zone ${zone}.`), ...suggestZone(zone) }];
  if (cron === undefined) return [];
  const ticks = readTicks({ cron, zone });
  if ("kind" in ticks)
    return [problem("/trigger/cron", "INVALID_CRON", `This cron rule cannot be read. ${ticks.reason}`)];
  return ticks.next(someInstantMs) === undefined
    ? [problem("/trigger/cron", "INVALID_CRON", "This cron rule never comes: there is no such day.")]
    : [];
}

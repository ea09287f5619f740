import { Cron } from "croner";
import { didYouMean } from "../check/suggest";
import type { Ticks } from "./tick";

/** Spelled out, because some names of cron wait for events of a machine instead of the clock. */
const nicknames = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@hourly"]);

export type CronRefusal = { readonly kind: "refused"; readonly reason: string };

/** Whether this runtime's zone data has a zone of that name. Offsets such as `+02:00` are no zones: they know no summer. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The zone that a wrong name most likely meant. */
export const suggestZone = (zone: string): { suggestion?: string } =>
  didYouMean(zone, [...Intl.supportedValuesOf("timeZone"), "UTC"]);

/**
 * The ticks of a cron expression in a zone. The day of the month and the weekday are joined by "or" when both are given.
 * A time of day without `*` or a step is fixed: in the hour that a zone leaves out it comes at the first instant after,
 * in the hour that comes twice it comes once, the first time. Any other ("every 5 minutes") goes by the clock on the
 * wall: nothing in the hour left out, and twice in the hour that comes twice.
 */
export function cronTicks(cron: string, zone: string): Ticks | CronRefusal {
  const text = cron.trim().toLowerCase();
  const fields = text.split(/\s+/);
  if (text.startsWith("@") ? !nicknames.has(text) : fields.length !== 5 && fields.length !== 6)
    return refused(`It has five fields (minute, hour, day, month, weekday) or six, with seconds first.`);
  try {
    // Without a function it starts no timer: it is only asked. Names are in capitals for the library.
    const job = new Cron(text.startsWith("@") ? text : text.toUpperCase(), {
      timezone: zone,
      mode: "5-or-6-parts",
      fixedTimeRule: "no-wildcard",
    });
    return {
      next: (afterMs) => job.nextRun(new Date(afterMs))?.getTime(),
      previous: (beforeMs) => job.previousRuns(1, new Date(beforeMs))[0]?.getTime(),
    };
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return refused(`${thrown.message.replace(/^[A-Za-z]*: /, "").replace(/\.$/, "")}.`);
  }
}

const refused = (reason: string): CronRefusal => ({ kind: "refused", reason });

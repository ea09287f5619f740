import { jitterOf, type ScheduleRule, scheduleTicks, type Ticks } from "@dap/engine";

/** A rule as its columns hold it. */
export type RuleColumns = { readonly cron: string | null; readonly everyMs: number | null; readonly zone: string };

export const ruleOf = ({ cron, everyMs, zone }: RuleColumns): ScheduleRule => ({
  ...(cron !== null && { cron }),
  ...(everyMs !== null && { everyMs }),
  zone,
});

const kept = new Map<string, Ticks>();
const keptMax = 1_000;

/** The ticks of a stored rule. Reading a cron rule costs more than asking it, and many schedules share one. */
export function ticksOf(columns: RuleColumns): Ticks {
  const key = `${columns.cron} ${columns.everyMs} ${columns.zone}`;
  const known = kept.get(key);
  if (known) return known;
  const ticks = scheduleTicks(ruleOf(columns));
  if (kept.size >= keptMax) kept.clear();
  kept.set(key, ticks);
  return ticks;
}

/** The instants of a schedule from `nextMs` on: nominal, and when it is fired. */
export const arm = (workflowId: string, jitterMs: number, nextMs: number | undefined) =>
  nextMs === undefined
    ? { nextAt: null, dueAt: null }
    : { nextAt: new Date(nextMs), dueAt: new Date(nextMs + jitterOf(workflowId, jitterMs)) };

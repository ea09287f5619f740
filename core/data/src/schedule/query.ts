import { and, desc, eq, lt } from "drizzle-orm";
import type { Tx } from "../database/connection";
import { schedule } from "../database/table/schedule";

/** The team's schedules, of the newest workflow first, those of workflows before `before` only. */
export const listSchedules = (tx: Tx, teamId: string, before: string | undefined, limit: number) =>
  tx
    .select({
      workflowId: schedule.workflowId,
      name: schedule.name,
      version: schedule.version,
      cron: schedule.cron,
      everyMs: schedule.everyMs,
      zone: schedule.zone,
      catchUp: schedule.catchUp,
      jitterMs: schedule.jitterMs,
      paused: schedule.paused,
      nextAt: schedule.nextAt,
    })
    .from(schedule)
    .where(and(eq(schedule.teamId, teamId), before === undefined ? undefined : lt(schedule.workflowId, before)))
    .orderBy(desc(schedule.workflowId))
    .limit(limit);

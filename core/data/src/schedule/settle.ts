import type { ScheduleTrigger, Workflow } from "@dap/contract";
import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "../database/connection";
import { schedule } from "../database/table/schedule";
import { arm, ticksOf } from "./rule";

/** Channel on which a changed schedule is announced, after the commit, to every replica's scheduler. */
export const scheduleChannel = "dap_schedule";

type Owner = { readonly teamId: string; readonly workflowId: string };

const isOf = ({ teamId, workflowId }: Owner) => and(eq(schedule.teamId, teamId), eq(schedule.workflowId, workflowId));

type Publication = { readonly version: number; readonly workflow: Workflow; readonly paused: boolean };

/** After a publish: the new version's schedule takes the place of the old one's, and counts from now. */
export async function settleSchedule(tx: Tx, owner: Owner, publication: Publication): Promise<void> {
  const { trigger } = publication.workflow;
  if (trigger.kind !== "schedule") return removeSchedule(tx, owner);
  const columns = columnsOf(trigger, publication);
  const { nextAt, dueAt } = publication.paused ? off : await armed(tx, owner, columns);
  const row = { ...columns, nextAt, dueAt, armedAt: sql`clock_timestamp()` };
  await tx
    .insert(schedule)
    .values({ ...owner, ...row })
    .onConflictDoUpdate({ target: [schedule.teamId, schedule.workflowId], set: row });
  await announce(tx);
}

/** Stops a schedule or lets it go on. What would have come while it was paused does not come any more. */
export async function pauseSchedule(tx: Tx, owner: Owner, paused: boolean): Promise<void> {
  // Whoever is firing it just now comes first.
  const [row] = await tx.select().from(schedule).where(isOf(owner)).for("update");
  if (!row || row.paused === paused) return;
  const { nextAt, dueAt } = paused ? off : await armed(tx, owner, row);
  await tx.update(schedule).set({ paused, nextAt, dueAt, armedAt: sql`clock_timestamp()` }).where(isOf(owner));
  await announce(tx);
}

/** The workflow has no schedule any more. Its fired ticks stay: a later one does not fire them again. */
export async function removeSchedule(tx: Tx, owner: Owner): Promise<void> {
  await tx.delete(schedule).where(isOf(owner));
}

const off = { nextAt: null, dueAt: null };

async function armed(tx: Tx, { workflowId }: Owner, columns: ReturnType<typeof columnsOf>) {
  const [row] = await tx.execute<{ now: string }>(sql`select extract(epoch from clock_timestamp()) * 1000 as now`);
  return arm(workflowId, columns.jitterMs, ticksOf(columns).next(Math.floor(Number(row?.now))));
}

const columnsOf = (
  { cron, everyMs, zone = "UTC", catchUp = "skip", jitterMs = 0, input = null }: ScheduleTrigger,
  { version, workflow, paused }: Publication,
) => ({
  version,
  name: workflow.name,
  cron: cron ?? null,
  everyMs: everyMs ?? null,
  zone,
  catchUp: JSON.stringify(catchUp),
  jitterMs,
  input: JSON.stringify(input),
  deadlineMs: workflow.deadlineMs ?? null,
  paused,
});

const announce = (tx: Tx) => tx.execute(sql`select pg_notify(${scheduleChannel}, '')`);

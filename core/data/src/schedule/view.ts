import type { DocumentProblem, Workflow } from "@dap/contract";
import { scheduleTicks, type Ticks, ticksBetween } from "@dap/engine";
import type { listSchedules } from "./query";
import { ticksOf } from "./rule";

const previewCount = 5;

const instants = (ticks: Ticks, afterMs: number): string[] =>
  ticksBetween(ticks, afterMs, Number.POSITIVE_INFINITY, previewCount).map((ms) => new Date(ms).toISOString());

/** When a document's schedule would come next, if it has one and nothing is wrong with it. */
export function previewOf(
  { trigger }: Workflow,
  problems: readonly DocumentProblem[],
  nowMs: number,
): { readonly nextTicks?: string[] } {
  const isWrong = problems.some(({ path, severity }) => severity === "error" && path.startsWith("/trigger"));
  return trigger.kind !== "schedule" || isWrong ? {} : { nextTicks: instants(scheduleTicks(trigger), nowMs) };
}

type Row = Awaited<ReturnType<typeof listSchedules>>[number];

/** A schedule as the API shows it, with its next nominal ticks: none while it is paused. */
export const scheduleView = ({ nextAt, catchUp, ...row }: Row) => ({
  ...row,
  catchUp: JSON.parse(catchUp) as unknown,
  nextTicks: nextAt === null ? [] : instants(ticksOf(row), nextAt.getTime() - 1),
});

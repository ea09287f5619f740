import type { RunListItem } from "../api/resource";
import type { RunFilter } from "../api/run";

const itemsMax = 200;

/**
 * The list after one run has changed: replaced in place, put in front when new, taken out when it no longer fits the
 * filter. A change that arrives late, after the run has ended, is ignored.
 */
export function withRun(items: readonly RunListItem[], run: RunListItem, filter: RunFilter): readonly RunListItem[] {
  const at = items.findIndex(({ id }) => id === run.id);
  const known = items[at];
  if (known?.endedAt && !run.endedAt) return items;
  const fits =
    (filter.status === undefined || filter.status === run.status) &&
    (filter.workflowId === undefined || filter.workflowId === run.workflowId);
  if (!known) return fits ? [run, ...items].slice(0, itemsMax) : items;
  return fits ? items.with(at, run) : items.toSpliced(at, 1);
}

import type { RunEvent, StepView } from "@dap/contract";
import { foldTraced } from "./fold";
import type { Plan } from "./plan/plan";

const viewsMax = 10_000;

/**
 * What each step did, in the order of first touch; pure steps are computed again. At most 10,000 lines: a longer run
 * shows its beginning. A call that was out when the run ended is `unknown`, a wait or a retry then is `cancelled`.
 */
export function timeline(plan: Plan, events: readonly RunEvent[]): StepView[] {
  const views = new Map<string, StepView>();
  const note = (view: StepView): void => {
    const before = views.get(view.stepKey);
    if (before || views.size < viewsMax) views.set(view.stepKey, merge(before, view));
  };
  const folded = foldTraced(plan, events, { note });
  const isOver = folded.kind === "folded" && folded.state.outcome !== null;
  return [...views.values()].map((view) => (isOver ? closed(view) : view));
}

/** A later note of the same attempt keeps what it does not say; the first attempt's start is the step's start. */
function merge(before: StepView | undefined, view: StepView): StepView {
  if (before === undefined) return view;
  const { error: _error, output: _output, endedAtMs: _endedAtMs, ...kept } = before;
  return { ...kept, ...view, ...(before.startedAtMs !== undefined && { startedAtMs: before.startedAtMs }) };
}

function closed(view: StepView): StepView {
  if (view.status === "waiting" || view.status === "retrying") return { ...view, status: "cancelled" };
  return view.status === "running" ? { ...view, status: "unknown" } : view;
}

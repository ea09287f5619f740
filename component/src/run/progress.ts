import { type DocumentStep, isEnded, isObject, type RunEvent, type RunResource, type StepStatus } from "../protocol";

/** One line of the list of steps: a step of the document's first level, with all that is nested inside it. */
export type Line = {
  readonly id: string;
  readonly label: string;
  readonly status: StepStatus;
  readonly durationMs?: number;
  /** Ids of the step itself and of everything inside it. */
  readonly ids: ReadonlySet<string>;
};

/** What the element knows of a run. Pure: events in any order and number, the same picture in the end. */
export type Progress = { readonly lines: readonly Line[]; readonly seq: number; readonly hasEnded: boolean };

export const startProgress = (steps: readonly DocumentStep[]): Progress => ({
  lines: steps
    .filter((step) => !step.disabled)
    .map((step) => ({ id: step.id, label: step.note || labelOf(step.id), status: "waiting", ids: idsOf(step) })),
  seq: 0,
  hasEnded: false,
});

/** `sendMail` becomes `Send mail`. */
export const labelOf = (id: string): string => {
  const words = id
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Everything with an `id` and a `use` inside a step is a step, however its kind holds its lists. */
function idsOf(step: unknown, ids = new Set<string>(), depth = 0): Set<string> {
  if (depth > 64) return ids;
  if (isObject(step) && typeof step.id === "string" && typeof step.use === "string") ids.add(step.id);
  const inner = Array.isArray(step) ? step : isObject(step) ? Object.values(step) : [];
  for (const one of inner) if (typeof one === "object" && one !== null) idsOf(one, ids, depth + 1);
  return ids;
}

const closed: ReadonlySet<StepStatus> = new Set(["succeeded", "failed", "skipped", "cancelled", "unknown"]);
const stepIdOf = (stepKey: string): string => stepKey.split("/")[0] ?? "";

/** The picture after one more event. Steps that are only computed have no events: a later one shows that they are done. */
export function applyEvent(progress: Progress, seq: number, event: RunEvent): Progress {
  if (seq <= progress.seq) return progress;
  const next = { ...progress, seq };
  if (event.kind === "ended") return { ...next, hasEnded: true, lines: endLines(next.lines, event) };
  const at = lineAt(next.lines, event.stepKey);
  if (at < 0) return next;
  return {
    ...next,
    lines: next.lines.map((line, index) => {
      if (index < at) return closed.has(line.status) ? line : { ...line, status: "succeeded" };
      return index === at ? { ...line, status: statusAfter(line, event) } : line;
    }),
  };
}

const lineAt = (lines: readonly Line[], stepKey: string | undefined): number =>
  stepKey === undefined ? -1 : lines.findIndex((line) => line.ids.has(stepIdOf(stepKey)));

function statusAfter(line: Line, { kind, stepKey = "" }: RunEvent): StepStatus {
  const isWhole = line.ids.size === 1 && stepIdOf(stepKey) === line.id;
  if (kind === "stepSucceeded" && isWhole) return "succeeded";
  if (kind === "stepFailed" && isWhole) return "retrying";
  return kind === "stepUnknown" && isWhole ? "unknown" : "running";
}

function endLines(lines: readonly Line[], { outcome }: RunEvent): Line[] {
  const failedAt = lineAt(lines, outcome?.stepKey);
  return lines.map((line, index): Line => {
    if (index === failedAt) return { ...line, status: "failed" };
    if (closed.has(line.status)) return line;
    if (outcome?.status === "succeeded" || index < failedAt) return { ...line, status: "succeeded" };
    return { ...line, status: line.status === "waiting" ? "skipped" : "cancelled" };
  });
}

/** The picture as the server draws it, which knows every step and its times. */
export function fromRun(progress: Progress, run: RunResource): Progress {
  const outline = progress.lines.length > 0 ? progress.lines : outlineOf(run);
  return {
    seq: Math.max(progress.seq, run.lastSeq),
    hasEnded: progress.hasEnded || isEnded(run.status),
    lines: outline.map((line) => {
      const views = run.steps.filter(({ stepId }) => line.ids.has(stepId));
      const own = views.find(({ stepId }) => stepId === line.id);
      const status = own?.status ?? views[0]?.status ?? (isEnded(run.status) ? "skipped" : line.status);
      const starts = views.flatMap(({ startedAtMs }) => startedAtMs ?? []);
      const ends = views.flatMap(({ endedAtMs }) => endedAtMs ?? []);
      const isTimed = closed.has(status) && starts.length > 0 && ends.length > 0;
      const { durationMs: _, ...rest } = line;
      return { ...rest, status, ...(isTimed && { durationMs: Math.max(...ends) - Math.min(...starts) }) };
    }),
  };
}

/** Without the document, every step that the run names is a line. */
const outlineOf = (run: RunResource): Line[] =>
  [...new Set(run.steps.map(({ stepId }) => stepId))].map((id) => ({
    id,
    label: labelOf(id),
    status: "waiting",
    ids: new Set([id]),
  }));

export const doneCount = ({ lines }: Progress): number => lines.filter(({ status }) => closed.has(status)).length;

/** Whole percent of steps that are done; 100 only when the run has ended. */
export function percentOf(progress: Progress): number {
  if (progress.hasEnded) return 100;
  const total = progress.lines.length;
  return total === 0 ? 0 : Math.min(99, Math.round((doneCount(progress) / total) * 100));
}

/** The line to show as busy while the run goes on: the one that says so, or the first that is not done. */
export const activeLine = ({ lines, hasEnded }: Progress): Line | undefined =>
  hasEnded
    ? undefined
    : (lines.find(({ status }) => status === "running" || status === "retrying") ??
      lines.find(({ status }) => status === "waiting"));

import type { RunStatus, StepView } from "@dap/contract";
import type { IconName } from "./icon";

/** How a status is shown: always with a word and an icon, never by colour alone. */
export type StatusLook = {
  readonly label: string;
  readonly icon: IconName;
  readonly tone: string;
  readonly spin?: true;
};

const runLooks: Readonly<Record<RunStatus, StatusLook>> = {
  queued: { label: "Queued", icon: "clock", tone: "tone-calm" },
  running: { label: "Running", icon: "spinner", tone: "tone-busy", spin: true },
  waiting: { label: "Waiting", icon: "pause", tone: "tone-warn" },
  cancelling: { label: "Cancelling", icon: "spinner", tone: "tone-warn", spin: true },
  succeeded: { label: "Succeeded", icon: "check", tone: "tone-good" },
  failed: { label: "Failed", icon: "x", tone: "tone-bad" },
  cancelled: { label: "Cancelled", icon: "slash", tone: "tone-calm" },
  diverged: { label: "Diverged", icon: "fork", tone: "tone-odd" },
};

const stepLooks: Readonly<Record<StepView["status"], StatusLook>> = {
  waiting: { label: "Waiting", icon: "clock", tone: "tone-calm" },
  running: { label: "Running", icon: "spinner", tone: "tone-busy", spin: true },
  retrying: { label: "Retrying", icon: "rotate", tone: "tone-warn" },
  succeeded: { label: "Succeeded", icon: "check", tone: "tone-good" },
  failed: { label: "Failed", icon: "x", tone: "tone-bad" },
  unknown: { label: "Outcome unknown", icon: "warning", tone: "tone-odd" },
  skipped: { label: "Skipped", icon: "slash", tone: "tone-calm" },
  cancelled: { label: "Cancelled", icon: "slash", tone: "tone-calm" },
};

const unknownLook: StatusLook = { label: "Unknown", icon: "info", tone: "tone-calm" };

/** Looks up a status that came over the wire; a newer server's status is shown as unknown rather than breaking the page. */
export const runLook = (status: RunStatus): StatusLook => runLooks[status] ?? unknownLook;
export const stepLook = (status: StepView["status"]): StatusLook => stepLooks[status] ?? unknownLook;

const terminal: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "cancelled", "diverged"]);

/** Whether a run has ended for good. (The contract's own list would bring its schema library into the browser.) */
export const hasEnded = (status: RunStatus): boolean => terminal.has(status);

export type WorkflowState = { readonly activeVersion: number | null; readonly paused: boolean };

/** What a workflow does when it is called: nothing yet, answer, or refuse. */
export function workflowLook({ activeVersion, paused }: WorkflowState): StatusLook {
  if (activeVersion === null) return { label: "Draft", icon: "circle", tone: "tone-calm" };
  if (paused) return { label: "Paused", icon: "pause", tone: "tone-warn" };
  return { label: `Published v${activeVersion}`, icon: "bolt", tone: "tone-good" };
}

import type { DocumentProblem, StepCatalogue, Workflow } from "@dap/contract";
import { durabilityOf } from "../plan/durability";
import { problem, warning } from "./problem";
import { walkSteps } from "./structure";

/** Fields whose meaning is fixed, so that drafts may hold them, and that nothing acts on yet: publishing them would be a broken promise. */
const notInForce = ["concurrency", "idempotencyKey", "rateLimit", "debounce", "retentionDays"] as const;

/** What a document says and a run would not do: its author is told before anybody relies on it, and refused where a limit would not hold. */
export function findIgnored(document: Workflow, catalogue: StepCatalogue): DocumentProblem[] {
  return [
    ...notInForce
      .filter((field) => document[field] !== undefined)
      .map((field) =>
        problem(`/${field}`, "NOT_IN_FORCE", `This release does not act on ${field} yet; take it out to publish.`),
      ),
    ...unheededRecord(document, catalogue),
    ...[...walkSteps(document.steps, "/steps")]
      .filter(({ step }) => step.pin !== undefined && step.disabled !== true)
      .map(({ path }) =>
        warning(
          `${path}/pin`,
          "PINNED_STEP",
          "The step gives this fixed output instead of doing its work, published too.",
        ),
      ),
  ];
}

/** A run that others must be able to take over is written down as it goes. */
function unheededRecord(document: Workflow, catalogue: StepCatalogue): DocumentProblem[] {
  const { trigger } = document;
  const wantsLess = trigger.kind === "webhook" && trigger.record !== undefined && trigger.record !== "all";
  if (!wantsLess || durabilityOf(document, catalogue) === "inline") return [];
  const message = "The runs of this workflow are durable, so all of them are recorded.";
  return [warning("/trigger/record", "IGNORED_FIELD", message)];
}

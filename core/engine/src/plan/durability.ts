import {
  childLists,
  isControlStep,
  type PlainStep,
  type Step,
  type StepCatalogue,
  type StepDefinition,
  type Workflow,
} from "@dap/contract";
import { effectClassOf } from "./effect-class";

/** Where a version may run ("What may be inline", architecture.md section 3). A disabled step does not count. */
export function durabilityOf(document: Workflow, catalogue: StepCatalogue): "inline" | "durable" {
  const { trigger } = document;
  const isAwaited = trigger.kind === "webhook" && trigger.reply === "result";
  const isFree =
    document.concurrency === undefined &&
    document.rateLimit === undefined &&
    document.debounce === undefined &&
    document.deadlineMs === undefined;
  return isAwaited && isFree && areInline(document.steps, catalogue) ? "inline" : "durable";
}

const areInline = (steps: readonly Step[], catalogue: StepCatalogue): boolean =>
  steps.every((step) => step.disabled === true || isInline(step, catalogue));

function isInline(step: Step, catalogue: StepCatalogue): boolean {
  const isOwnInline = isControlStep(step) ? isInlineControl(step) : isInlinePlain(step, catalogue.get(step.use));
  return isOwnInline && childLists(step).every(({ steps }) => areInline(steps, catalogue));
}

/** A timeout of a control step is a timer, which outlives a request. */
const isInlineControl = (step: Step): boolean =>
  step.use !== "wait" && step.use !== "respond" && step.timeoutMs === undefined;

function isInlinePlain(step: PlainStep, definition: StepDefinition | undefined): boolean {
  if (definition === undefined) return false;
  const effect = effectClassOf(step, definition);
  if (effect === "pure") return true;
  return (
    effect === "read" &&
    step.retry === undefined &&
    step.connection === undefined &&
    definition.inline?.(step.with ?? {}) === true
  );
}

import {
  childLists,
  isControlStep,
  type Json,
  type JsonObject,
  type PlainStep,
  type Step,
  type StepCatalogue,
  type StepDefinition,
  type StepError,
  StepFault,
  type Workflow,
} from "@dap/contract";
import { compileValue, createMeter, ExpressionError, type Meter } from "@dap/expression";
import { Failure } from "@dap/platform/failure";

/** What one step gave when it ran alone. */
export type StepTest =
  | { readonly status: "succeeded"; readonly input: Json; readonly output: Json }
  | { readonly status: "failed"; readonly input: Json | null; readonly error: StepError };

/** Values of the names in scope; what is left out of `steps` is taken from pins and the steps' own samples. */
export type SampleScope = {
  readonly trigger?: JsonObject;
  readonly steps?: JsonObject;
  readonly vars?: JsonObject;
};

/**
 * Runs one plain step of a document alone. Only steps that reach nothing outside: others are refused with 409
 * `STEP_NOT_TESTABLE`, because nothing here performs effects; a test run of the draft does.
 */
export function testStep(document: Workflow, stepId: string, sample: SampleScope, catalogue: StepCatalogue): StepTest {
  const all = allSteps(document.steps);
  const step = all.find(({ id }) => id === stepId);
  if (!step) throw new Failure("STEP_UNKNOWN", 422, `The draft has no step ${stepId}.`);
  const { definition, compute } = requirePure(step, catalogue);
  const steps = Object.fromEntries(all.map((other) => [other.id, sampleOutput(other, catalogue)]));
  const scope = {
    trigger: sample.trigger ?? { body: {}, query: {}, headers: {}, method: "POST", path: "" },
    steps: { ...withoutMissing(steps), ...sample.steps },
    vars: sample.vars ?? {},
  };
  return runAlone(step, compute, scope, definition.use);
}

function requirePure(step: Step, catalogue: StepCatalogue) {
  const definition = isControlStep(step) ? undefined : catalogue.get(step.use);
  if (!isControlStep(step) && !definition) throw new Failure("STEP_UNKNOWN", 422, `There is no step ${step.use}.`);
  if (!definition?.compute)
    throw new Failure(
      "STEP_NOT_TESTABLE",
      409,
      "Only a step that computes can run alone. Start a test run of the draft to see this one.",
    );
  return { definition, compute: definition.compute };
}

type Compute = NonNullable<StepDefinition["compute"]>;

function runAlone(step: Step, compute: Compute, scope: JsonObject, use: string): StepTest {
  // `requirePure` let plain steps through only.
  const compiled = compileValue((step as PlainStep).with ?? {});
  if (compiled.kind === "refused")
    throw new Failure("DOCUMENT_REFUSED", 422, `The step ${use} has problems.`, { problems: compiled.problems });
  const meter = createMeter();
  let input: Json | null = null;
  try {
    input = compiled.evaluate(scope, meter) ?? {};
    return { status: "succeeded", input, output: compute(input, budgetOf(meter)) };
  } catch (error) {
    return { status: "failed", input, error: toStepError(error) };
  }
}

const budgetOf = (meter: Meter) => ({
  charge: (steps: number, bytes?: number) => meter.charge(steps, bytes),
});

function toStepError(error: unknown): StepError {
  if (error instanceof StepFault)
    return {
      code: error.code,
      message: error.message,
      retryable: false,
      ...(error.details !== undefined && { details: error.details }),
    };
  if (error instanceof ExpressionError) return { code: error.code, message: error.message, retryable: false };
  throw error;
}

const allSteps = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step) => [step, ...childLists(step).flatMap((child) => allSteps(child.steps))]);

/** A pin is the author's own word; a sample is the connector's. */
function sampleOutput(step: Step, catalogue: StepCatalogue): Json | undefined {
  return step.pin ?? (isControlStep(step) ? undefined : catalogue.get(step.use)?.sample.output);
}

const withoutMissing = (values: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

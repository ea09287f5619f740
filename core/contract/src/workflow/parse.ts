import { type TSchema, Type } from "@sinclair/typebox";
import { Value, ValueErrorType } from "@sinclair/typebox/value";
import { isJsonObject, type JsonObject } from "../json";
import type { DocumentProblem } from "../problem";
import { childLists, type Step, scheduleWays, type Workflow, waitWays } from "./document";
import { controlStepSchemas, plainStepSchema, triggerSchemas, workflowLimits, workflowSchema } from "./schema";

export type ParsedWorkflow =
  | { readonly kind: "parsed"; readonly workflow: Workflow }
  | { readonly kind: "refused"; readonly problems: readonly DocumentProblem[] };

const anyList = Type.Array(Type.Object({}, { additionalProperties: true }));
const anyObject = Type.Object({}, { additionalProperties: true });
const shell = workflowSchema(anyObject, anyList);
const controls: Readonly<Record<string, TSchema>> = controlStepSchemas(anyList);
const triggers: Readonly<Record<string, TSchema>> = triggerSchemas;
const plain = plainStepSchema(anyList);

/**
 * Reads a document's structure: every field known and of its type, every step of a known shape. What the fields *mean*
 * (unknown steps, types of expressions) is the checker's business, so that a draft may hold such faults.
 * Gives all structural problems at once, with code `STRUCTURE`, `LIMIT` or `UNKNOWN_TRIGGER`.
 */
export function parseWorkflow(value: unknown): ParsedWorkflow {
  const problems: DocumentProblem[] = [];
  if (!isJsonObject(value))
    return { kind: "refused", problems: [problem("", "STRUCTURE", "A workflow is a JSON object.")] };
  checkShape(shell, value, "", problems);
  if (isJsonObject(value.trigger)) checkTrigger(value.trigger, problems);
  const counter = { steps: 0 };
  if (Array.isArray(value.steps)) checkSteps(value.steps, "/steps", 1, counter, problems);
  if (counter.steps > workflowLimits.stepsMax)
    problems.push(
      problem(
        "/steps",
        "LIMIT",
        `A workflow has ${workflowLimits.stepsMax} steps at most; this one has ${counter.steps}.`,
      ),
    );
  // Every field was compared with its schema above, which the type mirrors.
  return problems.length > 0
    ? { kind: "refused", problems }
    : { kind: "parsed", workflow: value as unknown as Workflow };
}

function checkTrigger(trigger: JsonObject, problems: DocumentProblem[]): void {
  const kind = trigger.kind;
  const schema = typeof kind === "string" && Object.hasOwn(triggers, kind) ? triggers[kind] : undefined;
  if (schema) {
    checkShape(schema, trigger, "/trigger", problems);
    if (kind === "schedule") checkWays(trigger, scheduleWays, "A schedule", "/trigger", problems);
    return;
  }
  const known = Object.keys(triggers).join(", ");
  problems.push({
    ...problem("/trigger/kind", "UNKNOWN_TRIGGER", "No such kind of trigger."),
    suggestion: `Use one of: ${known}.`,
  });
}

function checkSteps(
  steps: readonly unknown[],
  path: string,
  depth: number,
  counter: { steps: number },
  problems: DocumentProblem[],
): void {
  if (depth > workflowLimits.depthMax) {
    problems.push(problem(path, "LIMIT", `Steps nest ${workflowLimits.depthMax} levels deep at most.`));
    return;
  }
  steps.forEach((step, index) => {
    counter.steps += 1;
    if (!isJsonObject(step)) {
      problems.push(problem(`${path}/${index}`, "STRUCTURE", "A step is a JSON object."));
      return;
    }
    const before = problems.length;
    const use = step.use;
    checkShape(
      (typeof use === "string" && Object.hasOwn(controls, use) && controls[use]) || plain,
      step,
      `${path}/${index}`,
      problems,
    );
    if (use === "wait") checkWays(step, waitWays, "A wait", `${path}/${index}`, problems);
    if (problems.length > before) return;
    for (const child of childLists(step as unknown as Step))
      checkSteps(child.steps, `${path}/${index}${child.path}`, depth + 1, counter, problems);
  });
}

/** Of several ways to say one thing: a shape that names none of them, or a second one. */
function checkWays(
  shape: JsonObject,
  ways: readonly string[],
  title: string,
  path: string,
  problems: DocumentProblem[],
): void {
  const named = ways.filter((way) => Object.hasOwn(shape, way));
  const all = ways.join(", ");
  if (named.length === 0) problems.push(problem(`${path}/${ways[0]}`, "STRUCTURE", `${title} names one of: ${all}.`));
  for (const way of named.slice(1))
    problems.push(problem(`${path}/${way}`, "STRUCTURE", `${title} names only one of: ${all}.`));
}

function checkShape(schema: TSchema, value: unknown, path: string, problems: DocumentProblem[]): void {
  const seen = new Set<string>();
  for (const error of Value.Errors(schema, value)) {
    if (seen.has(error.path)) continue;
    seen.add(error.path);
    problems.push(problem(`${path}${error.path}`, "STRUCTURE", structureMessage(error.type, error.message)));
  }
}

function structureMessage(type: ValueErrorType, message: string): string {
  if (type === ValueErrorType.ObjectAdditionalProperties) return "This field is not known here.";
  if (type === ValueErrorType.ObjectRequiredProperty) return "This field is required.";
  return `${message}.`;
}

const problem = (path: string, code: string, message: string): DocumentProblem => ({
  path,
  code,
  message,
  severity: "error",
});

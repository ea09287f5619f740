import {
  childLists,
  type DocumentProblem,
  type JsonSchema,
  type Step,
  type StepCatalogue,
  type Workflow,
} from "@dap/contract";
import { baseNames, ExpressionCheck } from "./check/expression-check";
import { findIgnored } from "./check/ignored";
import { checkSchedule } from "./check/schedule-check";
import { checkSchema } from "./check/schema-check";
import { StepCheck } from "./check/step-check";
import { checkIds, walkSteps } from "./check/structure";
import { withSuggestion } from "./check/suggest";
import { buildPlan } from "./plan/build";
import type { Plan, ResumeUrl } from "./plan/plan";
import { inputSchemaOf } from "./plan/trigger";

/** What the checker needs to know of the world. */
export type CompileDeps = {
  readonly catalogue: StepCatalogue;
  /** Names of the team's connections; absent: not checked. */
  readonly connections?: ReadonlySet<string>;
  /** Schemas of the team's variables; absent: unknown. */
  readonly vars?: Readonly<Record<string, JsonSchema>>;
  /** Where waits are answered. A shell that runs or folds runs must give it; one that only checks need not. */
  readonly resumeUrl?: ResumeUrl;
};

export type CompiledWorkflow = { readonly problems: readonly DocumentProblem[]; readonly plan: Plan | undefined };

/**
 * Checks a document and makes the plan by which its runs go. Gives all problems at once; there is a plan exactly when
 * none of them is an error. The document must have passed `parseWorkflow`.
 */
export function compileWorkflow(document: Workflow, deps: CompileDeps): CompiledWorkflow {
  const problems = checkWorkflow(document, deps).map(withSuggestion);
  const isRefused = problems.some(({ severity }) => severity === "error");
  return { problems, plan: isRefused ? undefined : buildPlan(document, deps.catalogue, deps.resumeUrl) };
}

function checkWorkflow(document: Workflow, deps: CompileDeps): DocumentProblem[] {
  const problems = checkIds(document);
  const report = (problem: DocumentProblem): void => void problems.push(problem);
  const input = inputSchemaOf(document.trigger);
  const bad = input === undefined ? [] : checkSchema(input, "/trigger/input");
  if (document.trigger.kind === "schedule") problems.push(...checkSchedule(document.trigger));
  problems.push(...bad, ...strayAfter(document.steps, "/steps"), ...findIgnored(document, deps.catalogue));
  const { input: _input, ...bare } = document.trigger;
  const readable = bad.length > 0 ? { ...document, trigger: bare } : document;
  const ids = new Set([...walkSteps(document.steps, "")].map(({ step }) => step.id));
  const expressions = new ExpressionCheck(baseNames(readable, deps.vars), ids, report);
  const flow = new StepCheck(deps, expressions, report).list(document.steps, "/steps", { known: new Map(), names: {} });
  if (document.output !== undefined) expressions.value(document.output, "/output", { known: flow.known, names: {} });
  checkKeys(document, expressions);
  return problems;
}

/** The document's own expressions, which are read when a run is accepted: no step has run then. */
function checkKeys(document: Workflow, expressions: ExpressionCheck): void {
  const scope = { known: new Map(), names: {} };
  const keys: [string, string | undefined][] = [
    ["/idempotencyKey", document.idempotencyKey],
    ["/concurrency/key", document.concurrency?.key],
    ["/rateLimit/key", document.rateLimit?.key],
    ["/debounce/key", document.debounce?.key],
  ];
  for (const [path, source] of keys) if (source !== undefined) expressions.field(source, path, scope);
}

/** `after` outside a graph: steps of a list run one after the other anyway. */
function strayAfter(steps: readonly Step[], path: string): DocumentProblem[] {
  return steps.flatMap((step, at) => [
    ...(step.after === undefined ? [] : [strayProblem(`${path}/${at}/after`)]),
    ...childLists(step).flatMap((list) =>
      step.use === "graph" && list.path === "/steps"
        ? list.steps.flatMap((child, index) =>
            childLists(child).flatMap((inner) => strayAfter(inner.steps, `${path}/${at}/steps/${index}${inner.path}`)),
          )
        : strayAfter(list.steps, `${path}/${at}${list.path}`),
    ),
  ]);
}

const strayProblem = (path: string): DocumentProblem => ({
  path,
  code: "IGNORED_FIELD",
  message: "after has a meaning only for the steps of a graph.",
  severity: "warning",
});

import type { DocumentProblem, JsonSchema, StepCatalogue, Workflow } from "@dap/contract";
import type { Plan } from "./plan/plan";

/** What the checker needs to know of the world. */
export type CompileDeps = {
  readonly catalogue: StepCatalogue;
  /** Names of the team's connections; absent: not checked. */
  readonly connections?: ReadonlySet<string>;
  /** Schemas of the team's variables; absent: unknown. */
  readonly vars?: Readonly<Record<string, JsonSchema>>;
};

export type CompiledWorkflow = { readonly problems: readonly DocumentProblem[]; readonly plan: Plan | undefined };

/**
 * Checks a document and makes the plan by which its runs go. Gives all problems at once; there is a plan exactly when
 * none of them is an error.
 */
export function compileWorkflow(_document: Workflow, _deps: CompileDeps): CompiledWorkflow {
  return { problems: [], plan: undefined };
}

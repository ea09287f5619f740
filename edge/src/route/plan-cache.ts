import type { PublishedVersion, StepCatalogue } from "@dap/contract";
import { compileWorkflow, type Plan } from "@dap/engine";
import { createRecent } from "@dap/platform/recent";

/** Gives the compiled plan of a published version; compiled at first use and kept while it is used. */
export type PlanCache = { readonly getPlan: (version: PublishedVersion) => Plan };

/** `plansMax` plans are kept, the least recently used go first. Throws when a published document does not compile any more. */
export function createPlanCache(catalogue: StepCatalogue, plansMax = 1_000): PlanCache {
  const plans = createRecent<PublishedVersion, Plan>(plansMax);
  // Calls of one workflow come in a row, and need no look-up.
  let last: { version: PublishedVersion; plan: Plan } | undefined;
  return {
    getPlan: (version) => {
      if (last?.version === version) return last.plan;
      const plan = plans.get(version) ?? compile(version, catalogue);
      plans.set(version, plan);
      last = { version, plan };
      return plan;
    },
  };
}

function compile(version: PublishedVersion, catalogue: StepCatalogue): Plan {
  const { plan, problems } = compileWorkflow(version.document, { catalogue });
  if (plan) return plan;
  const first = problems.find(({ severity }) => severity === "error");
  throw new Error(
    `published version ${version.workflowId}/${version.version} does not compile: ${first?.path} ${first?.code}`,
  );
}

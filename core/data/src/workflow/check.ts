import type { DocumentProblem, StepCatalogue, Workflow } from "@dap/contract";
import { compileWorkflow, type Plan, type ResumeUrl } from "@dap/engine";
import { Failure } from "@dap/platform/failure";
import { type ReadDocument, readDocument } from "./document";

/** Connections come with a later issue: until then a document that names one is refused at publishing. */
const connections: ReadonlySet<string> = new Set();

/** What the checker says of a document: all its problems, and its plan when none of them is an error. */
export const checkDocument = (document: Workflow, catalogue: StepCatalogue, resumeUrl?: ResumeUrl) =>
  compileWorkflow(document, { catalogue, connections, ...(resumeUrl && { resumeUrl }) });

/** A document from outside, or 422 `DOCUMENT_STRUCTURE` with everything that is wrong. */
export function requireDocument(value: unknown): Extract<ReadDocument, { kind: "read" }> {
  const read = readDocument(value);
  if (read.kind === "read") return read;
  throw new Failure("DOCUMENT_STRUCTURE", 422, "The document does not have the structure of a workflow.", {
    problems: read.problems,
  });
}

/** The plan of a document that is about to go live, or 422 `DOCUMENT_REFUSED` with every problem at once. */
export function requirePlan(
  document: Workflow,
  catalogue: StepCatalogue,
): { readonly plan: Plan; readonly warnings: readonly DocumentProblem[] } {
  const { plan, problems } = checkDocument(document, catalogue);
  if (plan) return { plan, warnings: problems };
  throw new Failure("DOCUMENT_REFUSED", 422, "The workflow has problems that must be solved first.", { problems });
}

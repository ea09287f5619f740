import { type DocumentProblem, parseWorkflow, type Workflow, workflowLimits } from "@dap/contract";
import { canonicalText, canonicalWorkflow } from "./canonical";

/** A document whose structure holds, with the text it is stored as; or everything that is wrong with its structure. */
export type ReadDocument =
  | { readonly kind: "read"; readonly workflow: Workflow; readonly text: string }
  | { readonly kind: "refused"; readonly problems: readonly DocumentProblem[] };

/** Reads a document from outside: structure and size. `value` is what `parseJson` gave, which bounds its nesting. */
export function readDocument(value: unknown): ReadDocument {
  const parsed = parseWorkflow(value);
  if (parsed.kind === "refused") return parsed;
  if (hasControlCharacter(parsed.workflow.name))
    return refused("/name", "A name has no control characters.", "STRUCTURE");
  const text = canonicalText(parsed.workflow);
  const bytes = Buffer.byteLength(text);
  if (bytes > workflowLimits.bytesMax)
    return refused("", `A document has ${workflowLimits.bytesMax} bytes at most; this one has ${bytes}.`);
  return { kind: "read", workflow: canonicalWorkflow(parsed.workflow), text };
}

/** A document as it was stored by us: trusted to parse. Throws when it does not, because then the database is damaged. */
export function readStoredDocument(text: string): Workflow {
  const parsed = parseWorkflow(JSON.parse(text));
  if (parsed.kind === "refused") throw new Error(`A stored document does not parse: ${parsed.problems[0]?.message}`);
  return parsed.workflow;
}

const refused = (path: string, message: string, code = "LIMIT"): ReadDocument => ({
  kind: "refused",
  problems: [{ path, code, message, severity: "error" }],
});

/** Control characters cannot be shown, and NUL cannot be stored; a lone surrogate is no text at all. */
export const hasControlCharacter = (text: string): boolean => /[\p{Cc}\p{Cs}]/u.test(text);

import type { DocumentProblem } from "@dap/contract";
import { didYouMean } from "./suggest";

export const wrongType = (path: string, message: string): DocumentProblem => ({
  path,
  code: "WRONG_TYPE",
  message,
  severity: "error",
});

export const mayBeMissing = (path: string): DocumentProblem => ({
  path,
  code: "MAY_BE_MISSING",
  message: "This field is required, and its value may be missing.",
  severity: "error",
  suggestion: 'Give it another value for that case, as in {{ value ?? "none" }}.',
});

/** An error; the usual way out for its code is added later. */
export const problem = (path: string, code: string, message: string): DocumentProblem => ({
  path,
  code,
  message,
  severity: "error",
});

/** Something that does no harm and does nothing. */
export const warning = (path: string, code: string, message: string): DocumentProblem => ({
  path,
  code,
  message,
  severity: "warning",
});

export const unreachable = (path: string): DocumentProblem => ({
  ...problem(path, "UNREACHABLE", "Nothing comes here: what is before it always ends the run."),
  suggestion: "Remove it, or put the return or fail before it under a condition.",
});

/** A `use` that no connector has. */
export function unknownKind(use: string, path: string, known: Iterable<string>): DocumentProblem {
  const all = [...known];
  const [connector = ""] = use.split(".");
  const siblings = all.filter((one) => one.startsWith(`${connector}.`));
  const message =
    siblings.length > 0
      ? `The connector ${connector} has no action of this name.`
      : `There is no connector ${connector}.`;
  const near = didYouMean(use, all);
  const connectors = [...new Set(all.map((one) => one.split(".")[0]))].slice(0, 20);
  const suggestion = siblings.length > 0 ? `It has: ${siblings.join(", ")}.` : `There are: ${connectors.join(", ")}.`;
  return { ...problem(path, "UNKNOWN_STEP_KIND", message), suggestion, ...near };
}

import type { DocumentProblem } from "@dap/contract";
import { findPlace, lineOf, type ParsedText, type Place } from "../json/place";

/** A problem with its place in the text as it stands now. */
export type PlacedProblem = DocumentProblem & { readonly start: number; readonly end: number; readonly line: number };

/** The problems of a text: why it is not JSON, or what the checker said, each with the place it is about; in text order. */
export function placeProblems(
  text: string,
  parsed: ParsedText,
  problems: readonly DocumentProblem[],
): readonly PlacedProblem[] {
  if (parsed.kind === "refused") {
    const { offset, message } = parsed;
    return [
      at(
        text,
        { code: "NOT_JSON", path: "", severity: "error", message },
        { start: offset, end: offset + 1, nameStart: offset },
      ),
    ];
  }
  return problems
    .map((problem) => at(text, problem, findPlace(parsed.places, problem.path) ?? { start: 0, end: 1, nameStart: 0 }))
    .toSorted((a, b) => a.start - b.start);
}

function at(text: string, problem: DocumentProblem, place: Place): PlacedProblem {
  return { ...problem, start: place.start, end: place.end, line: lineOf(text, place.start).line };
}

export const countErrors = (problems: readonly DocumentProblem[]): number =>
  problems.filter(({ severity }) => severity === "error").length;

/** The checker's help as a sentence: a lone name is what was probably meant. */
export const helpOf = ({ suggestion }: DocumentProblem): string | undefined =>
  suggestion === undefined || /\s/.test(suggestion) ? suggestion : `Did you mean ${suggestion}?`;

/** A message as a sentence: messages about expressions start small, since they also stand inside of others. */
export const sentence = (message: string): string => {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
};

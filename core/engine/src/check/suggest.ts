import type { DocumentProblem } from "@dap/contract";

/** What to do about a problem that nothing better is known of: by its code. */
const usual: Readonly<Record<string, string>> = {
  SYNTAX: "Look at the brackets, quotes and operators near this place; {{ }} holds one expression.",
  FORBIDDEN: "Use another name: this one is closed to expressions.",
  UNKNOWN_NAME: "Names are trigger, steps, vars, run, workflow, and those of the loops around this place.",
  UNKNOWN_STEP: "Name a step that runs before this place.",
  UNKNOWN_FIELD: "Use a field that its schema has, or add the field to the schema.",
  UNKNOWN_FUNCTION: "Look the function up in the list of functions.",
  ARGUMENTS: "Look up what the function takes in the list of functions.",
  WRONG_TYPE: "Write a value of the right type, or convert it, as in {{ value | text }} or {{ value | number }}.",
  MAY_BE_MISSING: 'Give another value for that case, as in {{ value ?? "none" }}.',
  UNKNOWN_CONNECTION: "Add the connection to the team, or name one that it has.",
  INVALID_CRON: "Write it as minute, hour, day, month, weekday: 0 9 * * 1-5 is nine o'clock from Monday to Friday.",
  UNKNOWN_ZONE: "Name a zone of the IANA list, such as Europe/Berlin or UTC.",
  INVALID_SCHEMA: "Correct the schema: it follows JSON Schema 2020-12.",
};

/** The same problem with a way out, where it had none. */
export function withSuggestion(problem: DocumentProblem): DocumentProblem {
  const suggestion = problem.suggestion ?? usual[problem.code];
  return suggestion === undefined ? problem : { ...problem, suggestion };
}

/** The known name that a wrong one most likely meant; `undefined` when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const allowed = Math.max(2, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A sentence that offers a name, where there is one. */
export function didYouMean(name: string, known: Iterable<string>): { suggestion?: string } {
  const found = nearest(name, known);
  return found === undefined ? {} : { suggestion: `Did you mean ${found}?` };
}

/** How many letters to insert, remove or change; `limit` or more counts as `limit`. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] ?? 0) + Number(left[i - 1] !== right[j - 1]);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return row[right.length] ?? limit;
}

import { childLists, type DocumentProblem, type GraphStep, type Step, type Workflow } from "@dap/contract";
import { didYouMean } from "./suggest";

/** Every step with its place, in document order. */
export function* walkSteps(steps: readonly Step[], path: string): Generator<{ step: Step; path: string }> {
  for (const [at, step] of steps.entries()) {
    const own = `${path}/${at}`;
    yield { step, path: own };
    for (const list of childLists(step)) yield* walkSteps(list.steps, own + list.path);
  }
}

/** Ids given twice: the later one is wrong. */
export function checkIds(document: Workflow): DocumentProblem[] {
  const seen = new Map<string, string>();
  const problems: DocumentProblem[] = [];
  for (const { step, path } of walkSteps(document.steps, "/steps")) {
    const first = seen.get(step.id);
    if (first === undefined) seen.set(step.id, path);
    else
      problems.push({
        path: `${path}/id`,
        code: "DUPLICATE_ID",
        message: `The id ${step.id} is taken by ${first}.`,
        severity: "error",
        suggestion: `Rename it, for example to ${freeId(step.id, document)}.`,
      });
  }
  return problems;
}

function freeId(id: string, document: Workflow): string {
  const taken = new Set([...walkSteps(document.steps, "")].map(({ step }) => step.id));
  let number = 2;
  while (taken.has(`${id}${number}`)) number += 1;
  return `${id}${number}`;
}

/**
 * The steps of a graph in an order in which each comes after those it names. What cannot be ordered, or names a step
 * that is not there, is reported and left at the end.
 */
export function orderGraph(graph: GraphStep, path: string): { order: number[]; problems: DocumentProblem[] } {
  const ids = graph.steps.map(({ id }) => id);
  const problems: DocumentProblem[] = [];
  const needs = graph.steps.map((step, at) =>
    (step.after ?? []).flatMap((id, index) => {
      const need = ids.indexOf(id);
      if (need >= 0) return [need];
      problems.push(unknownAfter(id, ids, `${path}/steps/${at}/after/${index}`));
      return [];
    }),
  );
  const order = new Set<number>();
  for (let more = true; more; ) {
    more = false;
    for (const [at, need] of needs.entries()) {
      if (order.has(at) || !need.every((one) => order.has(one))) continue;
      order.add(at);
      more = true;
    }
  }
  const stuck = ids.map((_, at) => at).filter((at) => !order.has(at));
  for (const at of stuck) if (isOnCycle(at, needs)) problems.push(cycle(ids[at] ?? "", `${path}/steps/${at}/after`));
  return { order: [...order, ...stuck], problems };
}

function isOnCycle(from: number, needs: readonly (readonly number[])[]): boolean {
  const seen = new Set<number>();
  const open = [...(needs[from] ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === from) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(needs[at] ?? []));
  }
  return false;
}

const unknownAfter = (id: string, ids: readonly string[], path: string): DocumentProblem => ({
  path,
  code: "UNKNOWN_STEP",
  message: `There is no step ${id} in this graph.`,
  severity: "error",
  ...didYouMean(id, ids),
});

const cycle = (id: string, path: string): DocumentProblem => ({
  path,
  code: "GRAPH_CYCLE",
  message: `The step ${id} waits for itself, by way of the steps it names.`,
  severity: "error",
  suggestion: "Remove one of the arrows of the circle.",
});

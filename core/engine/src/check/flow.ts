import type { TypeOfName } from "@dap/expression";
import { asMaybe, joinTypes } from "./type";

/** Outputs in sight at a place, by step id. `maybe`: some way to this place does not pass the step. */
export type Known = ReadonlyMap<string, TypeOfName>;

/** What is in sight: steps, and the names of enclosing loops and of `catch`. */
export type Scope = { readonly known: Known; readonly names: Readonly<Record<string, TypeOfName>> };

/** How a step or a list leaves the place after it. */
export type Flow = {
  readonly known: Known;
  /** Whether the run never comes past it: a `return`, a `fail`, or all its ways end so. */
  readonly ends: boolean;
  readonly output: TypeOfName;
};

/** The same steps in sight, with all that `before` did not have as `maybe`. */
export function weaken(before: Known, after: Known): Known {
  const known = new Map(before);
  for (const [id, type] of after) if (!before.has(id)) known.set(id, asMaybe(type));
  return known;
}

/** Where several ways meet, of which one was taken. A way that ends does not come here. */
export function joinFlows(before: Known, flows: readonly Flow[]): Flow {
  const open = flows.filter((flow) => !flow.ends);
  const known = new Map(before);
  for (const flow of flows)
    for (const [id, type] of flow.known) {
      if (before.has(id)) continue;
      const isAlways = open.length > 0 && open.every((one) => one.known.get(id)?.presence === "always");
      if (!known.has(id) || isAlways) known.set(id, isAlways ? (open[0]?.known.get(id) ?? type) : asMaybe(type));
    }
  return { known, ends: open.length === 0, output: joinTypes(open.map((flow) => flow.output)) };
}

/** Where several ways meet, all of which were taken. */
export function mergeFlows(before: Known, flows: readonly Flow[]): Known {
  const known = new Map(before);
  for (const flow of flows) for (const [id, type] of flow.known) if (!before.has(id)) known.set(id, type);
  return known;
}

/** The flow of a step that may be skipped, or whose failure is passed over. */
export const weakenFlow = (before: Known, flow: Flow): Flow => ({
  known: weaken(before, flow.known),
  ends: false,
  output: asMaybe(flow.output),
});

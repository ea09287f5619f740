import type { Block } from "./block";

/** The two methods that a block without anything going on is never asked for. */
export const neverGoesOn: Pick<Block, "resume" | "abort"> = {
  resume: (_machine, _env, live) => live,
  abort: (machine) => machine.aborted(),
};

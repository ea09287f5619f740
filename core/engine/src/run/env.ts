import type { Json } from "@dap/contract";

/** What the expressions at one place see, and where outputs go. Lives during one `advance`; never stored. */
export type Env = {
  /** Names in scope; `names.steps` is `steps`. */
  names: { [name: string]: Json | undefined };
  /** Outputs of all visible steps, by id. Null prototype. */
  steps: { [stepId: string]: Json | undefined };
  /** Outputs of this scope's own steps: what is kept in the state. */
  own: { [stepId: string]: Json | undefined };
  /** The enclosing scope, for a round of a loop. */
  readonly outer: Env | null;
  /** Which round. */
  index: number;
};

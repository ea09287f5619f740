import type { Live } from "../state";
import type { Env } from "./env";
import type { Machine } from "./machine";

/**
 * One place of the document, compiled. Each method either gives what is still going on, or `null` when the block has
 * ended, with its verdict in the machine's registers (`machine.signal`, `value`, `error`).
 */
export type Block = {
  /** Whether it never leaves anything going on: computed within one call. */
  readonly isPure: boolean;
  readonly start: (machine: Machine, env: Env) => Live | null;
  /** Hands the machine's event to the step it is for, along `machine.route`. The same `live` again: nothing applied. */
  readonly resume: (machine: Machine, env: Env, live: Live) => Live | null;
  /** Stops what goes on: calls are aborted and waited for, waits are dropped, `finally` runs. Ends as `aborted`. */
  readonly abort: (machine: Machine, env: Env, live: Live) => Live | null;
};

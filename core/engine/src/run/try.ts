import type { ErrorInScope, Live, TryLive, Verdict } from "../state";
import type { Block } from "./block";
import { type Env, errorEnv } from "./env";
import { abortedVerdict, type Machine } from "./machine";
import { errorInScope } from "./wrap";

export type TryParts = {
  readonly steps: Block;
  readonly handler: Block | undefined;
  readonly cleanup: Block | undefined;
};

/** The slots of the three lists on routes. */
export const trySlots = { steps: 0, catch: 1, finally: 2 } as const;

/** `try`. `finally` runs however the rest ends, also when the run is cancelled; what it comes to by itself comes first. */
export function createTry(parts: TryParts): Block {
  const { steps, handler, cleanup } = parts;

  const afterSteps = (machine: Machine, env: Env): Live | null => {
    if (machine.signal !== "failed" || handler === undefined || machine.isExhausted) return afterCatch(machine, env);
    const error = errorInScope(machine);
    const child = handler.start(machine, errorEnv(env, error));
    return child ? live("catch", child, error) : afterCatch(machine, env);
  };
  const afterCatch = (machine: Machine, env: Env): Live | null => {
    if (cleanup === undefined) return null;
    const pending = machine.verdict();
    const child = cleanup.start(machine, env);
    return child ? live("finally", child, null, pending) : afterFinally(machine, pending);
  };
  const afterFinally = (machine: Machine, pending: Verdict): null =>
    machine.signal === "done" || pending.kind === "aborted" ? machine.settle(pending) : null;

  const next = (machine: Machine, env: Env, before: TryLive, child: Live | null): Live | null => {
    if (child !== null) return { ...before, child };
    if (before.phase === "finally") return afterFinally(machine, before.pending ?? abortedVerdict);
    return before.phase === "steps" ? afterSteps(machine, env) : afterCatch(machine, env);
  };

  return {
    isPure: [steps, handler, cleanup].every((block) => block?.isPure ?? true),
    start: (machine, env) => {
      const child = steps.start(machine, env);
      return child ? live("steps", child) : afterSteps(machine, env);
    },
    resume: (machine, env, before) => {
      if (before.kind !== "try" || machine.route[machine.depth] !== trySlots[before.phase]) return before;
      machine.depth += 1;
      const block = { steps, catch: handler, finally: cleanup }[before.phase];
      const inside = before.phase === "catch" ? errorEnv(env, before.error) : env;
      const child = block?.resume(machine, inside, before.child) ?? null;
      return child === before.child ? before : next(machine, env, before, child);
    },
    abort: (machine, env, before) => {
      if (before.kind !== "try") return machine.aborted();
      // What cleans up is left to finish; only a forced end stops it.
      if (before.phase === "finally") return { ...before, pending: abortedVerdict };
      const inside = before.phase === "catch" ? errorEnv(env, before.error) : env;
      const child = (before.phase === "catch" ? handler : steps)?.abort(machine, inside, before.child) ?? null;
      return next(machine, env, before, child);
    },
  };
}

const live = (
  phase: TryLive["phase"],
  child: Live,
  error: ErrorInScope | null = null,
  pending: Verdict | null = null,
): TryLive => ({ kind: "try", phase, error, pending, child });

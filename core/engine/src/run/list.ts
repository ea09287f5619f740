import type { Live } from "../state";
import type { Block } from "./block";
import type { Env } from "./env";
import type { Machine } from "./machine";

/** Steps one after the other. Its output is the last step's. */
export function createList(blocks: readonly Block[]): Block {
  const runFrom = (machine: Machine, env: Env, from: number): Live | null => {
    machine.done(undefined);
    for (let at = from; at < blocks.length; at += 1) {
      const child = blocks[at]?.start(machine, env) ?? null;
      if (child !== null) return { kind: "list", at, child };
      if (machine.signal !== "done") return null;
    }
    return null;
  };
  return {
    isPure: blocks.every((block) => block.isPure),
    start: (machine, env) => runFrom(machine, env, 0),
    resume: (machine, env, live) => {
      if (live.kind !== "list" || machine.route[machine.depth] !== live.at) return live;
      machine.depth += 1;
      const child = blocks[live.at]?.resume(machine, env, live.child) ?? null;
      if (child === live.child) return live;
      if (child !== null) return { kind: "list", at: live.at, child };
      return machine.signal === "done" && live.at + 1 < blocks.length ? runFrom(machine, env, live.at + 1) : null;
    },
    abort: (machine, env, live) => {
      if (live.kind !== "list") return machine.aborted();
      const child = blocks[live.at]?.abort(machine, env, live.child) ?? null;
      return child && { kind: "list", at: live.at, child };
    },
  };
}

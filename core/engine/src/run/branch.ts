import type { Json } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import { isTruthy } from "@dap/expression";
import { isEqual } from "../canonical";
import type { Block } from "./block";
import { type Env, keyAt } from "./env";
import type { Machine } from "./machine";

/** Which of its lists a branching step takes; -1 for none. Throws what its expressions throw. */
type Choose = (machine: Machine, env: Env) => number;

/** `if` and `switch`: one of several lists. Its output is that list's, or missing when there is none to take. */
function createBranch(id: string, lists: readonly Block[], labels: readonly string[], choose: Choose): Block {
  const isPure = lists.every((list) => list.isPure);
  return {
    isPure,
    start: (machine, env) => {
      let at: number;
      try {
        at = choose(machine, env);
      } catch (thrown) {
        return machine.failThrown(thrown, keyAt(id, env));
      }
      if (!isPure) machine.decide(keyAt(id, env), labels[at] ?? "none");
      const list = lists[at];
      if (list === undefined) return machine.done(undefined);
      const child = list.start(machine, env);
      return child && { kind: "branch", at, child };
    },
    resume: (machine, env, live) => {
      if (live.kind !== "branch" || machine.route[machine.depth] !== live.at) return live;
      machine.depth += 1;
      const child = lists[live.at]?.resume(machine, env, live.child) ?? null;
      if (child === live.child) return live;
      return child && { kind: "branch", at: live.at, child };
    },
    abort: (machine, env, live) => {
      if (live.kind !== "branch") return machine.aborted();
      const child = lists[live.at]?.abort(machine, env, live.child) ?? null;
      return child && { kind: "branch", at: live.at, child };
    },
  };
}

/** `lists` are `then` and, where it is given, `else`. */
export const createIf = (id: string, when: Evaluate, lists: readonly Block[]): Block =>
  createBranch(id, lists, ["then", "else"].slice(0, lists.length), (machine, env) =>
    isTruthy(machine.evaluate(when, env)) ? 0 : 1,
  );

/** `lists` are those of the cases, and last, where it is given, of `default`. Values are compared as JSON. */
export function createSwitch(id: string, value: Evaluate, cases: readonly Evaluate[], lists: readonly Block[]): Block {
  const labels = lists.map((_, at) => (at < cases.length ? `case ${at}` : "default"));
  return createBranch(id, lists, labels, (machine, env) => {
    const found: Json = machine.evaluate(value, env) ?? null;
    const at = cases.findIndex((is) => isEqual(machine.evaluate(is, env) ?? null, found));
    return at < 0 ? cases.length : at;
  });
}

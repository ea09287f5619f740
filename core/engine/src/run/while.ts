import type { Json } from "@dap/contract";
import { type Evaluate, isTruthy } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { Live, Round } from "../state";
import type { Block } from "./block";
import { type Env, keyAt, roundEnv } from "./env";
import type { Machine } from "./machine";

export type WhileParts = {
  readonly condition: Evaluate;
  /** Its name is the output of the round before (`null` at first); `<as>Index` is the round's number. */
  readonly as: string | undefined;
  readonly roundsMax: number;
  readonly body: Block;
  /** Ids of the steps of the body, no deeper in a loop, that wait for an event. */
  readonly waits: readonly string[];
};

/** Round after round while the condition holds. What a round computed is forgotten but its output. */
export function createWhile(step: PlanStep, parts: WhileParts): Block {
  const { body } = parts;
  return {
    isPure: body.isPure,
    start: (machine, env) => runFrom(machine, env, step.id, parts, 0, null),
    resume: (machine, env, live) => {
      if (live.kind !== "while") return live;
      const index = machine.rounds[machine.roundDepth];
      machine.roundDepth += 1;
      const { round, last } = live;
      if (round.index !== index) return live;
      const inside = scope(parts, env, round, last);
      const child = body.resume(machine, inside, round.child);
      if (child === round.child) return live;
      if (child !== null) return wrap(inside, last, child);
      if (machine.signal !== "done") return null;
      return runFrom(machine, env, step.id, parts, round.index + 1, machine.value ?? null);
    },
    abort: (machine, env, live) => {
      if (live.kind !== "while") return machine.aborted();
      const inside = scope(parts, env, live.round, live.last);
      const child = body.abort(machine, inside, live.round.child);
      return child && wrap(inside, live.last, child);
    },
  };
}

function runFrom(
  machine: Machine,
  env: Env,
  id: string,
  parts: WhileParts,
  from: number,
  before: Json | null,
): Live | null {
  let last = before;
  for (let index = from; ; index += 1) {
    if (!machine.charge(id, env)) return null;
    const inside = scope(parts, env, { index, outputs: {} }, last);
    try {
      if (!isTruthy(machine.evaluate(parts.condition, inside))) return end(machine, env, id, parts, index, last);
    } catch (thrown) {
      return machine.failThrown(thrown, keyAt(id, env));
    }
    if (index >= parts.roundsMax)
      return machine.failWith("ROUNDS_EXCEEDED", `The condition still holds after ${index} rounds.`, keyAt(id, env));
    const child = parts.body.start(machine, inside);
    if (child !== null) return wrap(inside, last, child);
    if (machine.signal !== "done") return null;
    last = machine.value ?? null;
  }
}

function end(machine: Machine, env: Env, id: string, parts: WhileParts, rounds: number, last: Json | null): null {
  if (!parts.body.isPure) machine.decide(keyAt(id, env), String(rounds));
  return machine.done({ rounds, last });
}

const wrap = (inside: Env, last: Json | null, child: Live): Live => ({
  kind: "while",
  round: { index: inside.index, outputs: inside.own as Round["outputs"], child },
  last,
});

function scope(parts: WhileParts, env: Env, round: Pick<Round, "index" | "outputs">, last: Json | null): Env {
  const inside = roundEnv(env, round.index, round.outputs, parts.waits);
  if (parts.as === undefined) return inside;
  inside.names[parts.as] = last;
  inside.names[`${parts.as}Index`] = round.index;
  return inside;
}

import type { Json } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { EachLive, Live, Round, Verdict } from "../state";
import type { Block } from "./block";
import { type Env, keyAt, passingEnv, roundEnv } from "./env";
import { abortedVerdict, type Machine } from "./machine";

export type EachParts = {
  readonly items: Evaluate;
  readonly as: string;
  readonly concurrency: number;
  /** With it, each round gets a list of up to so many items. */
  readonly batch: number | undefined;
  readonly collect: Evaluate | undefined;
  readonly body: Block;
  /** Ids of the steps of the body that are no deeper in a loop: forgotten between rounds. */
  readonly bodyIds: readonly string[];
  /** Those of them that wait for an event. */
  readonly waits: readonly string[];
};

/** `forEach`. Rounds may end in any order; the output is in item order. */
export function createEach(step: PlanStep, parts: EachParts): Block {
  const { id } = step;
  return {
    isPure: parts.body.isPure,
    start: (machine, env) => {
      let items: readonly Json[] | undefined;
      try {
        items = toItems(machine.evaluate(parts.items, env), parts.batch);
      } catch (thrown) {
        return machine.failThrown(thrown, keyAt(id, env));
      }
      if (items === undefined) return machine.failWith("WRONG_TYPE", "items must be a list.", keyAt(id, env));
      if (parts.body.isPure) return runFused(machine, env, id, parts, items);
      machine.decide(keyAt(id, env), String(items.length));
      const draft = { items, next: 0, results: Array<Json>(items.length).fill(null), rounds: [], ending: null };
      return fill(machine, env, id, parts, draft);
    },
    resume: (machine, env, live) => {
      if (live.kind !== "each") return live;
      const index = machine.rounds[machine.roundDepth];
      machine.roundDepth += 1;
      const round = live.rounds.find((one) => one.index === index);
      if (round === undefined) return live;
      const inside = scope(parts, env, live.items, round);
      const child = parts.body.resume(machine, inside, round.child);
      if (child === round.child) return live;
      const draft = { ...live, results: live.results.slice(), rounds: live.rounds.slice() };
      const at = draft.rounds.indexOf(round);
      if (child !== null) draft.rounds[at] = { index: round.index, outputs: inside.own as Round["outputs"], child };
      else {
        draft.rounds.splice(at, 1);
        close(machine, id, parts, draft, inside, env);
      }
      return child === null ? fill(machine, env, id, parts, draft) : freeze(draft);
    },
    abort: (machine, env, live) => {
      if (live.kind !== "each") return machine.aborted();
      const draft = { ...live, results: live.results.slice(), rounds: live.rounds.slice() };
      if (draft.ending === null) stop(machine, env, parts, draft, abortedVerdict);
      draft.ending = abortedVerdict;
      return draft.rounds.length > 0 ? freeze(draft) : machine.aborted();
    },
  };
}

type Draft = {
  items: readonly Json[];
  next: number;
  results: (Json | null)[];
  rounds: Round[];
  ending: Verdict | null;
};

const freeze = (draft: Draft): EachLive => ({
  kind: "each",
  items: draft.items,
  next: draft.next,
  results: draft.results,
  rounds: draft.rounds,
  ending: draft.ending,
});

/** A body without effects is run round after round in one scope. */
function runFused(machine: Machine, env: Env, id: string, parts: EachParts, items: readonly Json[]): null {
  const { as, body, bodyIds, collect } = parts;
  const indexName = `${as}Index`;
  const inside = passingEnv(env);
  const results: Json[] = [];
  for (let index = 0; index < items.length; index += 1) {
    if (!machine.charge(id, env)) return null;
    inside.index = index;
    inside.names[as] = items[index];
    inside.names[indexName] = index;
    for (const bodyId of bodyIds) inside.steps[bodyId] = undefined;
    body.start(machine, inside);
    if (machine.signal !== "done") return null;
    results.push((collect ? collectRound(machine, collect, inside, id, env) : machine.value) ?? null);
    if (machine.signal !== "done") return null;
  }
  return machine.done(results);
}

/** Starts rounds as far as the concurrency allows; gives `null` when all have ended. */
function fill(machine: Machine, env: Env, id: string, parts: EachParts, draft: Draft): Live | null {
  while (draft.ending === null && draft.next < draft.items.length && draft.rounds.length < parts.concurrency) {
    const index = draft.next;
    draft.next += 1;
    if (!machine.charge(id, env)) {
      stop(machine, env, parts, draft, machine.verdict());
      break;
    }
    const inside = scope(parts, env, draft.items, { index, outputs: {} });
    const child = parts.body.start(machine, inside);
    if (child === null) close(machine, id, parts, draft, inside, env);
    else draft.rounds.push({ index, outputs: inside.own as Round["outputs"], child });
  }
  if (draft.rounds.length > 0) return freeze(draft);
  return draft.ending ? machine.settle(draft.ending) : machine.done(draft.results);
}

/** Takes the verdict of a round that has just ended. The first failure (or `return`) ends the whole. */
function close(machine: Machine, id: string, parts: EachParts, draft: Draft, inside: Env, env: Env): void {
  if (draft.ending !== null) return;
  let { value } = machine;
  if (machine.signal === "done" && parts.collect) value = collectRound(machine, parts.collect, inside, id, env);
  if (machine.signal === "done") draft.results[inside.index] = value ?? null;
  else stop(machine, env, parts, draft, machine.verdict());
}

function collectRound(machine: Machine, collect: Evaluate, inside: Env, id: string, env: Env): Json | undefined {
  try {
    return machine.evaluate(collect, inside);
  } catch (thrown) {
    machine.failThrown(thrown, keyAt(id, env));
    return undefined;
  }
}

function stop(machine: Machine, env: Env, parts: EachParts, draft: Draft, ending: Verdict): void {
  draft.ending = ending;
  const stopped: Round[] = [];
  for (const round of draft.rounds) {
    const inside = scope(parts, env, draft.items, round);
    const child = parts.body.abort(machine, inside, round.child);
    if (child !== null) stopped.push({ index: round.index, outputs: inside.own as Round["outputs"], child });
  }
  draft.rounds = stopped;
}

function scope(parts: EachParts, env: Env, items: readonly Json[], round: Pick<Round, "index" | "outputs">): Env {
  const inside = roundEnv(env, round.index, round.outputs, parts.waits);
  inside.names[parts.as] = items[round.index];
  inside.names[`${parts.as}Index`] = round.index;
  return inside;
}

function toItems(value: Json | undefined, batch: number | undefined): readonly Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: readonly Json[] = value;
  if (batch === undefined) return list;
  const batches: Json[] = [];
  for (let from = 0; from < list.length; from += batch) batches.push(list.slice(from, from + batch));
  return batches;
}

import type { Json } from "@dap/contract";
import type { Child, Ended, GroupLive, Live, Verdict } from "../state";
import type { Block } from "./block";
import type { Env } from "./env";
import { abortedVerdict, type Machine } from "./machine";

export type GroupParts = {
  readonly names: readonly string[];
  readonly blocks: readonly Block[];
  /** Positions that must have ended before a child starts. */
  readonly after: readonly (readonly number[])[];
  /** How many must succeed; it ends, and stops the rest, as soon as they have. */
  readonly needed: number;
  /** Whether a child without an output shows as `null` in the group's output. */
  readonly showsMissing: boolean;
};

/** `parallel` and `graph`: children side by side. Left only when nothing in it goes on any more. */
export function createGroup(parts: GroupParts): Block {
  const { blocks } = parts;
  return {
    isPure: blocks.every((block) => block.isPure),
    start: (machine, env) => pump(machine, env, parts, { children: [], ended: [], ending: null }),
    resume: (machine, env, live) => {
      if (live.kind !== "group") return live;
      const at = machine.route[machine.depth];
      machine.depth += 1;
      const place = live.children.findIndex((one) => one.at === at);
      const found = live.children[place];
      if (found === undefined) return live;
      const child = blocks[found.at]?.resume(machine, env, found.child) ?? null;
      if (child === found.child) return live;
      const draft = { children: live.children.slice(), ended: live.ended.slice(), ending: live.ending };
      if (child !== null) {
        draft.children[place] = { at: found.at, child };
        return freeze(draft);
      }
      draft.children.splice(place, 1);
      close(machine, env, parts, draft, found.at);
      return pump(machine, env, parts, draft);
    },
    abort: (machine, env, live) => {
      if (live.kind !== "group") return machine.aborted();
      const draft = { children: live.children.slice(), ended: live.ended.slice(), ending: live.ending };
      if (draft.ending === null) stop(machine, env, parts, draft, abortedVerdict);
      draft.ending = abortedVerdict;
      return draft.children.length > 0 ? freeze(draft) : machine.aborted();
    },
  };
}

type Draft = { children: Child[]; ended: Ended[]; ending: Verdict | null };

const freeze = (draft: Draft): GroupLive => ({ kind: "group", ...draft });

/** Starts every child that is due, and those that become due by it; gives `null` when the group has ended. */
function pump(machine: Machine, env: Env, parts: GroupParts, draft: Draft): Live | null {
  for (let at = nextDue(parts, draft); at >= 0; at = nextDue(parts, draft)) {
    const child = parts.blocks[at]?.start(machine, env) ?? null;
    if (child === null) close(machine, env, parts, draft, at);
    else draft.children.push({ at, child });
  }
  if (draft.children.length > 0) return freeze(draft);
  return machine.settle(draft.ending ?? { kind: "done", value: output(parts, draft.ended), missing: false });
}

function nextDue(parts: GroupParts, draft: Draft): number {
  if (draft.ending !== null) return -1;
  const ended = new Set(draft.ended.map(({ at }) => at));
  const begun = new Set([...ended, ...draft.children.map(({ at }) => at)]);
  return parts.after.findIndex((needs, at) => !begun.has(at) && needs.every((need) => ended.has(need)));
}

/** Takes the verdict of a child that has just ended, and sees whether it decides the whole. */
function close(machine: Machine, env: Env, parts: GroupParts, draft: Draft, at: number): void {
  if (draft.ending !== null) return;
  const verdict = machine.verdict();
  if (verdict.kind === "returned" || verdict.kind === "aborted" || machine.isExhausted) {
    stop(machine, env, parts, draft, verdict);
    return;
  }
  const failed = verdict.kind === "failed";
  draft.ended.push({ at, value: failed ? null : verdict.value, missing: failed || verdict.missing, failed });
  const failures = draft.ended.filter((one) => one.failed).length;
  if (failed && parts.blocks.length - failures < parts.needed) stop(machine, env, parts, draft, verdict);
  if (failed || draft.ended.length - failures < parts.needed) return;
  stop(machine, env, parts, draft, { kind: "done", value: output(parts, draft.ended), missing: false });
}

/** Decides the outcome and stops whatever else goes on. */
function stop(machine: Machine, env: Env, parts: GroupParts, draft: Draft, ending: Verdict): void {
  draft.ending = ending;
  const stopped: Child[] = [];
  for (const { at, child } of draft.children) {
    const left = parts.blocks[at]?.abort(machine, env, child) ?? null;
    if (left !== null) stopped.push({ at, child: left });
  }
  draft.children = stopped;
}

function output(parts: GroupParts, ended: readonly Ended[]): Json {
  const made: Record<string, Json> = {};
  for (const { at, value, missing, failed } of ended.toSorted((left, right) => left.at - right.at)) {
    const name = parts.names[at];
    if (name !== undefined && !failed && (parts.showsMissing || !missing)) made[name] = value;
  }
  return made;
}

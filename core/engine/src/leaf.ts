import type { ApprovalLive, CallLive, EventLive, Live, TimedLive, WaitLive } from "./state";

type Leaf = CallLive | WaitLive | EventLive | ApprovalLive | TimedLive;

/** Everything in a live tree that waits for the world: calls, waits, and control steps with a timeout. */
export function* leavesOf(live: Live | null): Generator<Leaf> {
  if (live === null) return;
  switch (live.kind) {
    case "call":
    case "wait":
    case "event":
    case "approval":
      yield live;
      return;
    case "timed":
      yield live;
      yield* leavesOf(live.child);
      return;
    case "each":
      for (const { child } of live.rounds) yield* leavesOf(child);
      return;
    case "while":
      yield* leavesOf(live.round.child);
      return;
    case "group":
      for (const { child } of live.children) yield* leavesOf(child);
      return;
    default:
      yield* leavesOf(live.child);
  }
}

/** The calls that are out. */
export function callsOf(live: Live | null): CallLive[] {
  const calls: CallLive[] = [];
  for (const leaf of leavesOf(live)) if (leaf.kind === "call" && leaf.phase === "running") calls.push(leaf);
  return calls;
}

/** Whether any call is out: else the run waits for timers alone. */
export function isCalling(live: Live | null): boolean {
  for (const leaf of leavesOf(live)) if (leaf.kind === "call" && leaf.phase === "running") return true;
  return false;
}

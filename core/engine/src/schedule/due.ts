import type { CatchUp } from "@dap/contract";
import type { Ticks } from "./tick";

export type DueRequest = {
  /** The first tick that was not dealt with yet. */
  readonly nextMs: number;
  readonly nowMs: number;
  readonly catchUp: CatchUp;
  /** By how much ticks come after their nominal instant (`jitterOf`). */
  readonly shiftMs: number;
  /** A tick that is later than this was missed: `catchUp` decides. Those that are not are always fired. */
  readonly lateMs: number;
};

export type Due = {
  /** Nominal ticks to fire, the oldest first. */
  readonly fire: readonly number[];
  /** Whether ticks were missed that nobody fires. */
  readonly isCut: boolean;
  /** The tick to wait for; `undefined` when the rule has none any more. */
  readonly nextMs: number | undefined;
};

/**
 * What to do at an instant. Looks back from now, so that it costs what it fires and not what was missed, however long
 * nobody looked or how far the clock jumped. Before `nextMs` is due it fires nothing and goes on waiting for it.
 */
export function dueTicks(ticks: Ticks, { nextMs, nowMs, catchUp, shiftMs, lateMs }: DueRequest): Due {
  const untilMs = nowMs - shiftMs;
  const newestFirst: number[] = [];
  let onTime = 0;
  let missed = 0;
  let at = ticks.previous(untilMs + 1);
  for (; at !== undefined && at >= nextMs; at = ticks.previous(at)) {
    if (untilMs - at <= lateMs) onTime += 1;
    else if (missed < missedMax(catchUp, onTime)) missed += 1;
    else break;
    newestFirst.push(at);
  }
  return {
    fire: newestFirst.reverse(),
    isCut: at !== undefined && at >= nextMs,
    nextMs: nextMs > untilMs ? nextMs : ticks.next(untilMs),
  };
}

/** A tick on time is the one that `once` asks for. */
function missedMax(catchUp: CatchUp, onTime: number): number {
  if (catchUp === "skip") return 0;
  if (catchUp === "once") return onTime === 0 ? 1 : 0;
  return catchUp.upTo;
}

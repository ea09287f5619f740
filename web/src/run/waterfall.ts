import type { StepView, StoredEvent } from "@dap/contract";

/** One bar of a row, placed in hundredths of the row's width. */
export type Bar = {
  readonly kind: "attempt" | "failed" | "running" | "pause" | "queue";
  readonly leftPct: number;
  readonly widthPct: number;
  readonly title: string;
};

export type Row = {
  readonly step: StepView;
  readonly place: string;
  readonly bars: readonly Bar[];
  readonly tookMs: number | undefined;
};
export type Tick = { readonly pct: number; readonly ms: number };
export type Waterfall = {
  readonly rows: readonly Row[];
  readonly ticks: readonly Tick[];
  readonly queue: Bar;
  readonly totalMs: number;
};

type Span = { readonly startMs: number; readonly endMs: number; readonly kind: Bar["kind"]; readonly title: string };

export type WaterfallInput = {
  readonly createdAtMs: number;
  /** `undefined` while the run is going. */
  readonly endedAtMs: number | undefined;
  readonly nowMs: number;
  readonly steps: readonly StepView[];
  readonly events: readonly StoredEvent[];
};

const slimmestPct = 0.6;

/** Places every attempt of every step on one scale, from when the run was accepted to its end, or to now. */
export function waterfall({ createdAtMs, endedAtMs, nowMs, steps, events }: WaterfallInput): Waterfall {
  const spans = spansOf(events);
  const lastMs = Math.max(createdAtMs, ...[...spans.values()].flat().map(({ endMs }) => endMs));
  const endMs = Math.max(lastMs, endedAtMs ?? nowMs, createdAtMs + 1);
  const totalMs = endMs - createdAtMs;
  const bar = ({ startMs, endMs: end, kind, title }: Span): Bar => {
    const left = clamp(((startMs - createdAtMs) / totalMs) * 100);
    const width = Math.max(slimmestPct, clamp(((end - createdAtMs) / totalMs) * 100) - left);
    return {
      kind,
      leftPct: Math.min(left, 100 - slimmestPct),
      widthPct: Math.min(width, 100 - Math.min(left, 100 - slimmestPct)),
      title,
    };
  };
  const rows = steps.map((step): Row => {
    const own = [...(spans.get(step.stepKey) ?? []), ...openSpan(step, spans.get(step.stepKey), endedAtMs ?? nowMs)];
    return {
      step,
      place: step.stepKey.split("/").slice(1).join("/"),
      bars: withPauses(own).map(bar),
      tookMs: tookOf(step, nowMs),
    };
  });
  const firstMs = Math.min(endMs, ...[...spans.values()].flat().map(({ startMs }) => startMs));
  const queue = bar({
    startMs: createdAtMs,
    endMs: spans.size > 0 ? firstMs : createdAtMs,
    kind: "queue",
    title: "Waiting to start",
  });
  return { rows, ticks: ticksOf(totalMs), queue, totalMs };
}

const clamp = (pct: number) => Math.min(100, Math.max(0, pct));

function tookOf({ startedAtMs, endedAtMs, status }: StepView, nowMs: number): number | undefined {
  if (startedAtMs === undefined) return undefined;
  if (endedAtMs !== undefined) return Math.max(0, endedAtMs - startedAtMs);
  return status === "running" || status === "retrying" ? Math.max(0, nowMs - startedAtMs) : undefined;
}

/** Every attempt that has been answered, by step key. */
function spansOf(events: readonly StoredEvent[]): Map<string, Span[]> {
  const spans = new Map<string, Span[]>();
  for (const { event } of events) {
    if (event.kind !== "stepSucceeded" && event.kind !== "stepFailed") continue;
    const isGood = event.kind === "stepSucceeded";
    const title = `Attempt ${event.attempt}: ${isGood ? "succeeded" : event.error.message}`;
    const span: Span = { startMs: event.startedAtMs, endMs: event.atMs, kind: isGood ? "attempt" : "failed", title };
    spans.set(event.stepKey, [...(spans.get(event.stepKey) ?? []), span]);
  }
  return spans;
}

/** The attempt that is going on, and steps whose times come without events. */
function openSpan(step: StepView, known: readonly Span[] | undefined, untilMs: number): Span[] {
  if (step.startedAtMs === undefined) return [];
  const isOpen = step.status === "running" || step.status === "retrying" || step.status === "waiting";
  if (isOpen) {
    const startMs = known?.at(-1)?.endMs ?? step.startedAtMs;
    const kind = step.status === "running" ? "running" : "pause";
    return [{ startMs, endMs: Math.max(startMs, untilMs), kind, title: kind === "running" ? "Running" : "Waiting" }];
  }
  if (known) return [];
  const kind = step.status === "failed" ? "failed" : "attempt";
  return [{ startMs: step.startedAtMs, endMs: step.endedAtMs ?? step.startedAtMs, kind, title: step.status }];
}

/** The time between two attempts is shown too: somebody was waiting for it. */
function withPauses(spans: readonly Span[]): Span[] {
  return spans.flatMap((span, index) => {
    const before = spans[index - 1];
    const isApart = before && span.startMs > before.endMs;
    return isApart
      ? [{ startMs: before.endMs, endMs: span.startMs, kind: "pause", title: "Waiting to try again" }, span]
      : [span];
  });
}

/** Two to six round marks on a scale of `totalMs`: 1, 2 or 5 times a power of ten, and whole milliseconds. */
export function ticksOf(totalMs: number): readonly Tick[] {
  const rough = Math.max(1, totalMs / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10;
  const count = Math.floor(totalMs / step);
  return Array.from({ length: count + 1 }, (_, index) => ({ ms: index * step, pct: ((index * step) / totalMs) * 100 }));
}

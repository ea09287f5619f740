import { type Static, Type } from "@sinclair/typebox";
import type { TriggerKind } from "./event";
import type { Json } from "./json";
import type { StepError } from "./problem";

export const runStatuses = [
  "queued",
  "running",
  "waiting",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
  "diverged",
] as const;
export const RunStatus = Type.Union(runStatuses.map((status) => Type.Literal(status)));
export type RunStatus = (typeof runStatuses)[number];

export const terminalStatuses: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "cancelled", "diverged"]);
export const isTerminal = (status: RunStatus): boolean => terminalStatuses.has(status);

/** A run as lists show it. Instants are ISO 8601 in UTC. */
export const RunSummary = Type.Object({
  id: Type.String({ format: "uuid" }),
  workflowId: Type.String({ format: "uuid" }),
  version: Type.Integer(),
  status: RunStatus,
  trigger: Type.String(),
  createdAt: Type.String({ format: "date-time" }),
  endedAt: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
});
export type RunSummary = Static<typeof RunSummary> & { readonly trigger: TriggerKind };

/** One line of a run's timeline: a step at one place of its loops. Pure steps are recomputed and have no times. */
export type StepView = {
  readonly stepKey: string;
  readonly stepId: string;
  readonly use: string;
  readonly status: "waiting" | "running" | "retrying" | "succeeded" | "failed" | "unknown" | "skipped" | "cancelled";
  readonly attempt: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: StepError;
};

export type RunDetail = RunSummary & {
  readonly workflowName: string;
  readonly input: Json;
  readonly output: Json | null;
  readonly error: (StepError & { stepKey?: string }) | null;
  readonly lastSeq: number;
  readonly steps: readonly StepView[];
};

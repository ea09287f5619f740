import { RunStatus, StepError } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { Instant, pageOf } from "../http/answer-schema";

const closed = { additionalProperties: false } as const;
const AnyJson = (description: string) => Type.Unknown({ description });
const step = { stepKey: Type.Optional(Type.String({ description: "the step that failed" })) };
const ErrorOrNone = Type.Union([Type.Object({ ...StepError.properties, ...step }, closed), Type.Null()]);
const result = { output: AnyJson("null as long as there is none"), error: ErrorOrNone };

const summary = {
  id: Type.String(),
  workflowId: Type.String(),
  workflowName: Type.String(),
  version: Type.Integer({ description: "negative for a test run: of the draft with that number" }),
  status: RunStatus,
  trigger: Type.String(),
  createdAt: Instant,
  endedAt: Type.Union([Instant, Type.Null()]),
};

const stepStatuses = ["waiting", "running", "retrying", "succeeded", "failed", "unknown", "skipped", "cancelled"];
const StepAnswer = Type.Object(
  {
    stepKey: Type.String({ description: "the step's id, and its place in loops, as in `tell/3`" }),
    stepId: Type.String(),
    use: Type.String(),
    status: Type.Union(stepStatuses.map((status) => Type.Literal(status))),
    attempt: Type.Integer(),
    startedAtMs: Type.Optional(Type.Integer()),
    endedAtMs: Type.Optional(Type.Integer()),
    input: Type.Optional(AnyJson("what it was given")),
    output: Type.Optional(AnyJson("what it gave")),
    error: Type.Optional(StepError),
  },
  closed,
);

export const RunAccepted = Type.Object({ runId: Type.String(), statusUrl: Type.String() }, closed);
export const RunResult = Type.Object({ runId: Type.String(), status: RunStatus, ...result }, closed);
export const RunPage = pageOf(Type.Object(summary, closed));
export const RunAnswer = Type.Object(
  {
    ...summary,
    input: AnyJson("the trigger's body or query"),
    ...result,
    lastSeq: Type.Integer(),
    steps: Type.Array(StepAnswer),
  },
  closed,
);
const Event = Type.Object(
  { kind: Type.String() },
  { additionalProperties: true, description: "see `RunEvent` of core/contract" },
);
export const EventPage = pageOf(Type.Object({ seq: Type.Integer(), event: Event }, closed));
export const CancelAnswer = Type.Object({ runId: Type.String(), status: Type.Literal("cancelling") }, closed);
export const StepTestAnswer = Type.Union([
  Type.Object(
    { status: Type.Literal("succeeded"), input: AnyJson("its `with`"), output: AnyJson("what it gave") },
    closed,
  ),
  Type.Object({ status: Type.Literal("failed"), input: AnyJson("its `with`"), error: StepError }, closed),
]);

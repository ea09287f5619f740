import { DocumentProblem } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { Instant, pageOf } from "../http/answer-schema";
import { Document } from "./schema";

const closed = { additionalProperties: false } as const;

export const Endpoint = Type.Object({ id: Type.String(), url: Type.String() }, closed);
export const EndpointOrNone = Type.Union([Endpoint, Type.Null()], { description: "null without a webhook trigger" });

const nextAt = Type.Union([Instant, Type.Null()], { description: "nominal; null while paused" });
/** The rule of a schedule, as its trigger says it. */
export const rule = {
  cron: Type.Union([Type.String(), Type.Null()]),
  everyMs: Type.Union([Type.Integer(), Type.Null()]),
  zone: Type.String(),
};
const Schedule = Type.Object({ ...rule, nextAt }, closed);
const ScheduleOrNone = Type.Union([Schedule, Type.Null()], { description: "of the active version" });

const head = {
  id: Type.String(),
  teamId: Type.String(),
  name: Type.String(),
  folder: Type.String(),
  tags: Type.Array(Type.String()),
  draftVersion: Type.Integer({ description: "the number in the draft's ETag" }),
  activeVersion: Type.Union([Type.Integer(), Type.Null()], { description: "null until it is published" }),
  paused: Type.Boolean(),
  endpoint: EndpointOrNone,
  schedule: ScheduleOrNone,
  createdAt: Instant,
  updatedAt: Instant,
};

export const Problems = Type.Array(DocumentProblem);
export const WorkflowAnswer = Type.Object({ ...head, draft: Document, problems: Problems }, closed);
export const WorkflowPage = pageOf(Type.Object({ ...head, problemCount: Type.Integer() }, closed));
export const CheckAnswer = Type.Object(
  {
    problems: Problems,
    nextTicks: Type.Optional(Type.Array(Instant, { description: "of a sound schedule: when it would come next" })),
  },
  closed,
);

import { DocumentProblem } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { Instant, pageOf } from "../http/answer-schema";
import { Document } from "./schema";

const closed = { additionalProperties: false } as const;

export const Endpoint = Type.Object({ id: Type.String(), url: Type.String() }, closed);
export const EndpointOrNone = Type.Union([Endpoint, Type.Null()], { description: "null without a webhook trigger" });

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
  createdAt: Instant,
  updatedAt: Instant,
};

export const Problems = Type.Array(DocumentProblem);
export const WorkflowAnswer = Type.Object({ ...head, draft: Document, problems: Problems }, closed);
export const WorkflowPage = pageOf(Type.Object({ ...head, problemCount: Type.Integer() }, closed));
export const CheckAnswer = Type.Object({ problems: Problems }, closed);

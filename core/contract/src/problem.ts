import { type Static, Type } from "@sinclair/typebox";

/** One thing wrong with a document: where, what, and what to do. `path` is a JSON Pointer (RFC 6901) into the document. */
export const DocumentProblem = Type.Object({
  path: Type.String(),
  code: Type.String({ description: "permanent, UPPER_SNAKE" }),
  message: Type.String(),
  severity: Type.Union([Type.Literal("error"), Type.Literal("warning")]),
  suggestion: Type.Optional(Type.String()),
});
export type DocumentProblem = Static<typeof DocumentProblem>;

/** RFC 9457 problem details, as every refusal of every service is answered (`application/problem+json`). */
export const ProblemDetails = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  requestId: Type.String(),
  problems: Type.Optional(Type.Array(DocumentProblem)),
});
export type ProblemDetails = Static<typeof ProblemDetails>;

/** Why a step, and perhaps its run, failed. `code` is permanent; `message` is fit to show and carries no secret. */
export const StepError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  retryable: Type.Boolean(),
  details: Type.Optional(Type.Unknown()),
});
export type StepError = {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: import("./json").Json;
};

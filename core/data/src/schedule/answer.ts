import { Type } from "@sinclair/typebox";
import { Instant, pageOf } from "../http/answer-schema";
import { rule } from "../workflow/answer";

export const SchedulePage = pageOf(
  Type.Object(
    {
      workflowId: Type.String(),
      name: Type.String(),
      version: Type.Integer(),
      ...rule,
      catchUp: Type.Unknown({ description: "skip, once, or { upTo }" }),
      jitterMs: Type.Integer(),
      paused: Type.Boolean(),
      nextTicks: Type.Array(Instant, { description: "nominal; none while paused" }),
    },
    { additionalProperties: false },
  ),
);

import { Type } from "@sinclair/typebox";
import { problemAnswers } from "./resume-problem";

/** What the OpenAPI document says of `POST /api/v1/resume/:token`. */
export const resumeApi = {
  summary: "Tell a waiting run what it waits for; works once",
  operationId: "postResumeToken",
  tags: ["resume"],
  security: [],
  description: "The token is all the permission that is needed. `/resume/{token}` does the same for any method.",
  parameters: [{ name: "token", in: "path" as const, required: true, schema: { type: "string" as const } }],
  requestBody: { content: { "application/json": { schema: Type.Unknown() as object } } },
  responses: {
    200: {
      description: "The answer.",
      content: { "application/json": { schema: Type.Object({ received: Type.Boolean() }) as object } },
    },
    ...problemAnswers,
  },
};

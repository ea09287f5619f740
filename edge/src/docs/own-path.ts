import type { JsonObject } from "@dap/contract";

const run = { runId: { type: "string" }, statusUrl: { type: "string" } };

/** What the edge answers itself. A webhook's methods, body and answer are its workflow's; here is what all have in common. */
export const ownPaths: JsonObject = {
  "/w/{endpointId}": {
    post: {
      operationId: "callWebhook",
      summary: "Call a published workflow",
      tags: ["webhook"],
      description:
        "Takes JSON, form fields or text, as the trigger's `input` says; the trigger's `methods` say which methods. A further path and a query are passed on to the workflow.",
      security: [],
      parameters: [
        { name: "endpointId", in: "path", required: true, schema: { type: "string" } },
        {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description: "a call repeated with it gets the first one's answer",
          schema: { type: "string", minLength: 1, maxLength: 255 },
        },
      ],
      requestBody: { content: { "application/json": { schema: {} } } },
      responses: {
        200: {
          description: "`reply: result`: the workflow's output.",
          content: { "application/json": { schema: {} } },
        },
        202: {
          description: "Accepted: `reply: accepted`, or a run that still goes on after 60 seconds.",
          content: { "application/json": { schema: { type: "object", properties: run } } },
        },
        422: {
          description:
            "The input was refused, or the run failed (`RUN_FAILED`, with `runId`, `stepId` and `stepCode`).",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  },
};

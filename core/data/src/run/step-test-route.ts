import { isJsonObject, type JsonObject } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import type { DataDeps } from "../deps";
import { ok } from "../http/answer";
import { type AnyRoute, route } from "../http/declare";
import { readStoredDocument } from "../workflow/document";
import { workflowFinder } from "../workflow/find";
import { StepTestAnswer } from "./answer";
import { testStep } from "./step-test";

const Values = Type.Optional(Type.Object({}, { additionalProperties: true }));
const TestBody = Type.Object(
  {
    scope: Type.Optional(
      Type.Object({ trigger: Values, steps: Values, vars: Values }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

/** Trying out one step of a draft. */
export function stepTestRoutes({ db, catalogue }: DataDeps): readonly AnyRoute[] {
  return [
    route({
      method: "POST",
      path: "/workflows/:workflowId/steps/:stepId/test",
      permission: "run:start",
      summary: "Run one computing step of the draft alone, with sample values in scope",
      answers: { 200: StepTestAnswer },
      find: workflowFinder(db),
      body: TestBody,
      handle: async ({ resource, params, body }) => {
        const sample = {
          ...inScope("trigger", body.scope?.trigger),
          ...inScope("steps", body.scope?.steps),
          ...inScope("vars", body.scope?.vars),
        };
        return ok(testStep(readStoredDocument(resource.draft), params.stepId ?? "", sample, catalogue));
      },
    }),
  ];
}

const inScope = (name: string, value: unknown): Readonly<Record<string, JsonObject>> =>
  isJsonObject(value) ? { [name]: value } : {};

import { Type } from "@sinclair/typebox";
import { controlStepSchemas, plainStepSchema, triggerSchemas, workflowSchema } from "./schema";

const steps = Type.Array(Type.Unsafe({ $ref: "#/$defs/step" }), { maxItems: 1_000 });

/** The document's JSON Schema (2020-12), as served at `/schema/workflow.json`: editors complete and check with it. */
export const publishedWorkflowSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "dap workflow",
  ...workflowSchema(Type.Unsafe({ $ref: "#/$defs/trigger" }), steps),
  $defs: {
    trigger: { oneOf: Object.values(triggerSchemas) },
    step: { anyOf: [...Object.values(controlStepSchemas(steps)), plainStepSchema(steps)] },
  },
};

import { isJsonObject, type Json, type JsonSchema, ownValue, type TriggerKind } from "@dap/contract";
import { triggerSchemas } from "@dap/contract/workflow/schema";

/** What the checker and the builder know of a way to start a workflow. Plain data and pure functions. */
export type TriggerDefinition = {
  readonly kind: TriggerKind;
  readonly title: string;
  readonly description: string;
  /** Schema of the document's `trigger`. */
  readonly settings: JsonSchema;
  /** Schema of the name `trigger` in expressions, from the document's trigger. */
  readonly output: (trigger: Json) => JsonSchema;
  readonly sample: { readonly trigger: Json; readonly output: Json };
};

const orderInput = { type: "object", required: ["order"], properties: { order: { type: "object" } } } as const;

const webhook: TriggerDefinition = {
  kind: "webhook",
  title: "Webhook",
  description: "Starts when a request arrives at the workflow's own URL.",
  settings: triggerSchemas.webhook as JsonSchema, // TypeBox makes plain JSON Schema
  output: (trigger) => {
    const input = inputOf(trigger);
    const isReadOnly = methodsOf(trigger).every((method) => method === "GET" || method === "HEAD");
    const texts: JsonSchema = { type: "object", additionalProperties: { type: "string" } };
    return {
      type: "object",
      required: ["body", "query", "headers", "method", "path"],
      properties: {
        body: isReadOnly ? true : input,
        query: isReadOnly && input !== true ? input : texts,
        headers: texts,
        method: { type: "string" },
        path: { type: "string" },
      },
    };
  },
  sample: {
    trigger: { kind: "webhook", reply: "result", input: orderInput },
    output: { body: { order: { sku: "a" } }, query: {}, headers: {}, method: "POST", path: "/" },
  },
};

const manual: TriggerDefinition = {
  kind: "manual",
  title: "By hand",
  description: "Starts when a person presses Run, or a program calls the API.",
  settings: triggerSchemas.manual as JsonSchema, // TypeBox makes plain JSON Schema
  output: (trigger) => ({ type: "object", required: ["body"], properties: { body: inputOf(trigger) } }),
  sample: { trigger: { kind: "manual", input: orderInput }, output: { body: { order: { sku: "a" } } } },
};

const schedule: TriggerDefinition = {
  kind: "schedule",
  title: "Schedule",
  description: "Starts by the clock: at the times of a cron rule in a time zone, or every so often.",
  settings: triggerSchemas.schedule as JsonSchema, // TypeBox makes plain JSON Schema
  output: (trigger) => ({
    type: "object",
    required: ["scheduledAt", "body"],
    properties: {
      scheduledAt: { type: "string" },
      body: { const: (isJsonObject(trigger) ? ownValue(trigger, "input") : undefined) ?? null },
    },
  }),
  sample: {
    trigger: { kind: "schedule", cron: "0 9 * * 1-5", zone: "Europe/Berlin", catchUp: "once" },
    output: { scheduledAt: "2026-06-01T07:00:00.000Z", body: null },
  },
};

function inputOf(trigger: Json): JsonSchema {
  const input = isJsonObject(trigger) ? ownValue(trigger, "input") : undefined;
  return isJsonObject(input) || input === false ? (input as JsonSchema) : true; // a schema is an object or a boolean
}

function methodsOf(trigger: Json): readonly Json[] {
  const methods = isJsonObject(trigger) ? ownValue(trigger, "methods") : undefined;
  return Array.isArray(methods) ? methods : ["POST"];
}

/** Every built-in trigger, by kind. */
export const triggerCatalogue: ReadonlyMap<TriggerKind, TriggerDefinition> = new Map([
  [webhook.kind, webhook],
  [manual.kind, manual],
  [schedule.kind, schedule],
]);

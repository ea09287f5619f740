import type { JsonSchema, Trigger } from "@dap/contract";

/** What a trigger's `input` describes: the query when nothing but GET and HEAD come in, else the body. */
export const inputPlaceOf = (trigger: Trigger): "body" | "query" =>
  trigger.kind === "webhook" && trigger.methods?.every((method) => method === "GET" || method === "HEAD")
    ? "query"
    : "body";

/** The schema of what comes in; a schedule's `input` is no schema but the body itself. */
export const inputSchemaOf = (trigger: Trigger): JsonSchema | undefined =>
  trigger.kind === "schedule" ? undefined : trigger.input;

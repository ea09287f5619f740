import type { Trigger } from "@dap/contract";

/** What a trigger's `input` describes: the query when nothing but GET and HEAD come in, else the body. */
export const inputPlaceOf = (trigger: Trigger): "body" | "query" =>
  trigger.kind === "webhook" && trigger.methods?.every((method) => method === "GET" || method === "HEAD")
    ? "query"
    : "body";

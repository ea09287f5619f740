import { describe, expect, test } from "bun:test";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { triggerCatalogue } from "./index";

describe("the triggers", () => {
  test("are the webhook, the manual one and the schedule, with samples that fit their schemas", () => {
    expect([...triggerCatalogue.keys()]).toEqual(["webhook", "manual", "schedule"]);
    for (const { settings, sample } of triggerCatalogue.values()) {
      expect(Value.Check(settings as TSchema, sample.trigger)).toBe(true); // settings are TypeBox schemas
    }
  });

  test("give what they put into scope, with the input's schema where the input lands", () => {
    const input = { type: "object", properties: { n: { type: "number" } } };
    const output = (kind: "webhook" | "manual" | "schedule", trigger: object) =>
      triggerCatalogue.get(kind)?.output(trigger as never); // triggers of this test are JSON
    expect(output("manual", { kind: "manual", input })).toMatchObject({ properties: { body: input } });
    expect(output("schedule", { kind: "schedule", everyMs: 1_000, input })).toMatchObject({
      properties: { scheduledAt: { type: "string" }, body: { const: input } },
    });
    expect(output("webhook", { kind: "webhook", input })).toMatchObject({ properties: { body: input } });
    expect(output("webhook", { kind: "webhook", input, methods: ["GET"] })).toMatchObject({
      properties: { body: true, query: input },
    });
    expect(output("webhook", { kind: "webhook" })).toMatchObject({
      properties: { body: true, query: { additionalProperties: { type: "string" } } },
    });
  });
});

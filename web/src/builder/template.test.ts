import { describe, expect, test } from "bun:test";
import { parseWorkflow } from "@dap/contract";
import { findTemplate, templates } from "./template";

describe("a template", () => {
  test.each(templates.map((template) => [template.id, template] as const))(
    "%s makes a document that fits",
    (_, template) => {
      expect(parseWorkflow(template.make("My workflow"))).toMatchObject({
        kind: "parsed",
        workflow: { name: "My workflow" },
      });
    },
  );

  test("is found by its id only", () => {
    expect(findTemplate("blank")?.title).toBe("Blank");
    expect(findTemplate("constructor")).toBeUndefined();
  });
});

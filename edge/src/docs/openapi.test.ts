import { describe, expect, test } from "bun:test";
import { mergeOpenApi } from "./openapi";

describe("the merged API document", () => {
  test("joins the paths of the services and leaves internal ones out", () => {
    const merged = mergeOpenApi(
      [
        { paths: { "/api/v1/b": { get: {} }, "/internal/x": { get: {} } } },
        { paths: { "/api/v1/a/": { get: {} } }, components: { schemas: { A: {} } } },
        undefined,
      ],
      "http://localhost:8080",
    );
    expect(Object.keys(merged.paths as object)).toEqual(["/api/v1/a", "/api/v1/b", "/w/{endpointId}"]);
    expect(merged).toMatchObject({ components: { schemas: { A: {} } }, servers: [{ url: "http://localhost:8080" }] });
  });

  test("says of every operation what a refusal looks like", () => {
    const get = { responses: { 200: { description: "fine" } } };
    const merged = mergeOpenApi([{ paths: { "/api/v1/a": { get } } }], "http://localhost:8080");
    const { responses } = (merged.paths as Record<string, { get: { responses: Record<string, object> } }>)["/api/v1/a"]
      ?.get ?? { responses: {} };
    expect(responses["200"]).toEqual({ description: "fine" });
    expect(JSON.stringify(responses.default)).toContain("#/components/schemas/Problem");
    expect(merged).toMatchObject({
      components: { schemas: { Problem: { properties: { code: { type: "string" } } } } },
    });
  });
});

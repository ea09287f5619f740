import { describe, expect, test } from "bun:test";
import { mergeOpenApi } from "./openapi";

describe("the merged API document", () => {
  test("joins the paths of the services and leaves internal ones out", () => {
    const merged = mergeOpenApi(
      [
        { paths: { "/api/v1/b": { get: {} }, "/internal/x": { get: {} } } },
        { paths: { "/api/v1/a": { get: {} } }, components: { schemas: { A: {} } } },
        undefined,
      ],
      "http://localhost:8080",
    );
    expect(Object.keys(merged.paths as object)).toEqual(["/api/v1/a", "/api/v1/b"]);
    expect(merged).toMatchObject({ components: { schemas: { A: {} } }, servers: [{ url: "http://localhost:8080" }] });
  });
});

import { expect, test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("team imports what its place in the picture allows", () => {
  expect(() =>
    expectImports({
      packageDir: join(import.meta.dir, ".."),
      allow: ["@dap/contract", "@dap/platform", "@sinclair/typebox", "drizzle-orm", "elysia"],
      allowInTests: ["jose"],
    }),
  ).not.toThrow();
});

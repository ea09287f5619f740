import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the data backend imports what its place in the picture allows", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: [
      "@dap/connector",
      "@dap/contract",
      "@dap/engine",
      "@dap/expression",
      "@dap/platform",
      "@dap/run",
      "@sinclair/typebox",
      "drizzle-orm",
    ],
  });
});

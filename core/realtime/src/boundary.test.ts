import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("realtime stands on the contract and the platform only", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: ["@dap/contract", "@dap/platform", "@sinclair/typebox", "elysia"],
  });
});

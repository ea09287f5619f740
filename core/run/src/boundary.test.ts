import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the run store imports the engine, the step kit, the contract and the ground, and no service", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: ["@dap/connector", "@dap/contract", "@dap/engine", "@dap/platform", "postgres"],
  });
});

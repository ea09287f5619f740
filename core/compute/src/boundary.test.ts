import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the worker imports the engine, the connectors and the run store, and no service", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: ["@dap/contract", "@dap/engine", "@dap/connector", "@dap/platform", "@dap/run"],
    allowInTests: ["postgres"],
  });
});

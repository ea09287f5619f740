import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the component stands on Lit alone, so that it can stand on any page", () => {
  const allowInTests = ["@dap/contract", "axe-core", "playwright-core"];
  expectImports({ packageDir: join(import.meta.dir, ".."), allow: ["lit"], allowInTests, allowRuntime: false });
});

import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the engine is pure: it stands on the contract, the expression language and two libraries", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: ["@dap/contract", "@dap/expression", "@cfworker/json-schema", "re2js"],
    allowRuntime: false,
  });
});

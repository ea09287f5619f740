import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the expression language stands on the contract and on re2js alone, and needs no host", () => {
  expectImports({ packageDir: join(import.meta.dir, ".."), allow: ["@dap/contract", "re2js"], allowRuntime: false });
});

import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the contract stands on TypeBox alone", () => {
  expectImports({ packageDir: join(import.meta.dir, ".."), allow: ["@sinclair/typebox"], allowRuntime: false });
});

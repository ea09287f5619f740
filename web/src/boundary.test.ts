import { test } from "bun:test";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the webapp knows the contract and its framework, and no service and no other package of the platform", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    // Its own name is the way to a folder that is further off than one.
    allow: [
      "@dap/web",
      "@dap/contract",
      "@builder.io/qwik",
      "@builder.io/qwik-city",
      "@qwik-city-plan",
      "@qwik-client-manifest",
    ],
    allowInTests: ["playwright-core", "axe-core"],
  });
});

import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectImports, findForbiddenImports } from "./test-boundary";

test("platform stands on the contract and its libraries only", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: [
      "@dap/contract",
      "@elysiajs/swagger",
      "@sinclair/typebox",
      "amqplib",
      "drizzle-orm",
      "elysia",
      "jose",
      "postgres",
    ],
  });
});

describe("the import checker", () => {
  const packageDir = mkdtempSync("/tmp/dap-boundary-");
  afterAll(() => rmSync(packageDir, { recursive: true }));
  // Samples write § for quotes, or this file would be found to import what they do.
  const check = (name: string, source: string, allowRuntime = true) => {
    rmSync(join(packageDir, "src"), { recursive: true, force: true });
    mkdirSync(join(packageDir, "src", "deep"), { recursive: true });
    writeFileSync(join(packageDir, "src", name), source.replaceAll("§", '"'));
    return findForbiddenImports({ packageDir, allow: ["@dap/contract"], allowRuntime });
  };

  test("names file and line of every way to import what is not allowed", () => {
    expect(check("a.ts", "import type { Json } from §@dap/contract§;\n\nimport {\n  x,\n} from §@dap/data§;")).toEqual([
      "src/a.ts:5  @dap/data  is not in the list of this package",
    ]);
    expect(check("a.ts", "export * from §elysia§;")).toHaveLength(1);
    expect(check("a.ts", "const x = await import(§elysia§);")).toHaveLength(1);
    expect(check("a.ts", "import §@dap/contractor§;")).toHaveLength(1);
    expect(check("deep/a.ts", "import { x } from §../../other§;")).toHaveLength(1);
    expect(check("a.ts", "import { readFileSync } from §node:fs§;", false)).toHaveLength(1);
  });

  test("lets pass what is allowed, comments, and the needs of tests", () => {
    expect(check("a.ts", "import { a } from §@dap/contract/json§;\n// import §elysia§;\n/* from §elysia§ */")).toEqual(
      [],
    );
    expect(check("a.ts", "import { readFileSync } from §node:fs§;")).toEqual([]);
    expect(check("a.test.ts", "import { test } from §bun:test§;\nimport fc from §fast-check§;", false)).toEqual([]);
    expect(check("deep/a.ts", "import { x } from §../b§;")).toEqual([]);
  });
});

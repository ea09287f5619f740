import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

test("the engine is pure: it stands on the contract, the expression language and three libraries", () => {
  expectImports({
    packageDir: join(import.meta.dir, ".."),
    allow: ["@dap/contract", "@dap/expression", "@cfworker/json-schema", "croner", "re2js"],
    allowRuntime: false,
  });
});

test("no source of the engine asks for the time, for chance or for anything outside", () => {
  const asking =
    /\bDate\.now\b|new Date\(\)|\bMath\.random\b|\bperformance\.|\bcrypto\.|\bfetch\(|\bset(Timeout|Interval)\b|\bprocess\.|\bBun\./;
  const sources = readdirSync(import.meta.dir, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  expect(sources.length).toBeGreaterThan(30);
  const offences = sources.filter((name) => asking.test(readFileSync(join(import.meta.dir, name), "utf8")));
  expect(offences).toEqual([]);
});

import { test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expectImports } from "@dap/platform/test-boundary";

const packageDir = join(import.meta.dir, "..");

test("connectors stand on the contract alone, and on parsers for the formats they read", () => {
  const allow = ["@dap/contract", "@sinclair/typebox", "csv-parse", "fast-xml-parser", "ipaddr.js"];
  expectImports({ packageDir, allow });
});

test("nothing but the guarded client opens connections, nothing starts programs or evaluates text", () => {
  const forbidden = [
    /\bfetch\s*\(/,
    /node:(http|https|net|tls|dgram|dns|child_process|vm|fs)/,
    /Bun\.(connect|spawn|file|write|\$)/,
    /new Function|\beval\s*\(/,
    /new WebSocket/,
  ];
  const offences = readdirSync(join(packageDir, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/\.test\.ts$|\/test-/.test(file) && !file.startsWith("egress/"))
    .flatMap((file) => {
      const text = readFileSync(join(packageDir, "src", file), "utf8");
      return forbidden.filter((pattern) => pattern.test(text)).map((pattern) => `${file}: ${pattern}`);
    });
  if (offences.length > 0) throw new Error(offences.join("\n"));
});

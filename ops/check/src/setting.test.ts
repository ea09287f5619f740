import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const root = join(import.meta.dir, "../../..");
const services = ["core/compute", "core/data", "core/realtime", "core/team", "edge", "identity"];
const read = (path: string): Promise<string> => Bun.file(join(root, path)).text();

/** Names of settings as code declares them: the first argument of `text("PORT", ...)` and its like. */
const declared = (code: string): readonly string[] =>
  [...code.matchAll(/\b(?:text|url|integer|flag|list|secret)\("([A-Z][A-Z_]+)"/g)].map(([, name]) => name ?? "");

/** Names in the first column of a page's table of settings. */
const described = (page: string): readonly string[] =>
  page
    .split("\n")
    .filter((line) => /^\| `[A-Z_]+`/.test(line))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name ?? ""));

describe("the settings of a service", () => {
  test.each(services)("%s: its page names each of them, and no other", async (service) => {
    const shared = declared(await read("core/platform/src/health.ts"));
    const own = declared(await read(`${service}/src/config.ts`));
    expect(own.length).toBeGreaterThan(2);
    const page = await read(`${service}/README.md`);
    const heading = page.indexOf("| variable");
    const table = heading < 0 ? "" : page.slice(heading).split("\n\n")[0];
    expect([...described(table ?? "")].sort()).toEqual([...new Set([...shared, ...own])].sort());
  });
});

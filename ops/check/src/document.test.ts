import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "../../..");
const pages = [...new Glob("**/*.md").scanSync(root)]
  .filter((page) => !/(^|\/)(node_modules|dist)\//.test(page))
  .sort();

/** Paths in backticks or links of a page. Names with a placeholder, and what only a running platform has, are no paths. */
function pathsOf(text: string): readonly string[] {
  const marked = [...text.matchAll(/`([^`\n]+)`|\]\(([^)\s]+)\)/g)].map(([, code, link]) => code ?? link ?? "");
  return marked.filter((path) => /^(core|edge|identity|web|component|ops)\/[\w./@-]+$/.test(path));
}

describe("the pages", () => {
  test("are found", () => {
    expect(pages).toContain("ARCHITECTURE.md");
    expect(pages.length).toBeGreaterThan(20);
  });

  test.each(pages)("%s name files and folders that exist", async (page) => {
    const missing = pathsOf(await Bun.file(join(root, page)).text()).filter(
      (path) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(page), path)),
    );
    expect(missing).toEqual([]);
  });
});

import { describe, expect, test } from "bun:test";
import { buildComponent, gzipBytes, initialFiles } from "../build";

describe("the production bundle", () => {
  test("makes a page load at most 15 KB, and no part fetched later is larger than 8", async () => {
    const files = await buildComponent();
    const initial = initialFiles(files);
    const sizes = [...files].map(([name, text]) => [name, gzipBytes(text)] as const);
    const atOnce = sizes.filter(([name]) => initial.includes(name)).reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(atOnce).toBeLessThanOrEqual(15 * 1_024);
    for (const [, bytes] of sizes.filter(([name]) => !initial.includes(name)))
      expect(bytes).toBeLessThanOrEqual(8 * 1_024);
  });

  test("holds Lit's production form, and nothing that a strict policy forbids", async () => {
    const text = [...(await buildComponent()).values()].join("\n");
    expect(text).not.toContain("dev mode");
    expect(text).not.toMatch(/\beval\(|new Function|unsafeHTML|document\.write|\.insertAdjacentHTML/);
    expect(text).not.toMatch(/<[a-z]+[^>]* style=/);
  });

  test("is safe to import where there is no page", async () => {
    const { DapWorkflow } = await import("./index");
    expect(typeof DapWorkflow).toBe("function");
  });
});

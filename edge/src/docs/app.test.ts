import { describe, expect, test } from "bun:test";
import { createLogger } from "@dap/platform/log";
import { createDocsApp } from "./app";

const app = createDocsApp({
  publicUrl: "http://localhost",
  services: [],
  componentDir: "/nonexistent",
  log: createLogger({ service: "test", write: () => {} }),
});
const ask = (path: string, method = "GET") => app.handle(new Request(`http://localhost${path}`, { method }));

describe("the edge's own pages", () => {
  test("answer what they do not have with a problem like every other part of the API", async () => {
    for (const [path, method] of [
      ["/w"],
      ["/docs/x"],
      ["/schema/x"],
      ["/component/x"],
      ["/component/x.js"],
      ["/docs", "DELETE"],
    ]) {
      const answer = await ask(path ?? "", method);
      expect([path, answer.status, answer.headers.get("content-type")]).toEqual([
        path,
        404,
        "application/problem+json",
      ]);
      expect(await answer.json()).toMatchObject({ code: "NOT_FOUND", status: 404 });
    }
  });

  test("keep their own headers: the viewer may be kept, and the page reaches nobody but us", async () => {
    expect((await ask("/docs/viewer.js")).headers.get("cache-control")).toBe("public, max-age=86400");
    const page = await ask("/docs");
    expect(page.headers.get("content-security-policy")).toContain("connect-src 'self'");
    expect(await page.text()).not.toContain("https://");
  });
});

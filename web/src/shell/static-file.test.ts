import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStaticFiles, type StaticFiles } from "./static-file";

let folder: string;
let files: StaticFiles;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dap-web-"));
  mkdirSync(join(folder, "build"));
  writeFileSync(join(folder, "build", "q-abc.js"), "export const a = 1;");
  writeFileSync(join(folder, "build", "q-abc.js.gz"), Bun.gzipSync("export const a = 1;"));
  writeFileSync(join(folder, "robots.txt"), "hello");
  writeFileSync(join(folder, "q-manifest.json"), "{}");
  files = createStaticFiles(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (path: string, init?: RequestInit) => files(new Request(`http://localhost${path}`, init));

describe("a file of the client build", () => {
  test("is kept for ever when its name has a hash, and compressed for those who take it", async () => {
    const answer = await get("/build/q-abc.js", { headers: { "accept-encoding": "br, gzip" } });
    expect(answer?.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer?.headers.get("content-encoding")).toBe("gzip");
    expect(
      new TextDecoder().decode(Bun.gunzipSync(new Uint8Array((await answer?.arrayBuffer()) ?? new ArrayBuffer()))),
    ).toBe("export const a = 1;");
    expect((await get("/build/q-abc.js"))?.headers.get("content-encoding")).toBeNull();
  });

  test("is not sent again to who has it, and HEAD gives its size only", async () => {
    const first = await get("/robots.txt");
    const etag = first?.headers.get("etag") ?? "";
    expect((await get("/robots.txt", { headers: { "if-none-match": etag } }))?.status).toBe(304);
    const head = await get("/robots.txt", { method: "HEAD" });
    expect([head?.status, head?.headers.get("content-length"), await head?.text()]).toEqual([200, "5", ""]);
  });

  test("does not exist outside of the list: the manifest, other methods, ways around", async () => {
    expect(await get("/q-manifest.json")).toBeUndefined();
    expect(await get("/robots.txt", { method: "POST" })).toBeUndefined();
    expect(await get("/build/../../etc/passwd")).toBeUndefined();
    expect((await get("/build/q-old.js"))?.status).toBe(404);
  });

  test("is served although a later build has removed it", async () => {
    rmSync(join(folder, "robots.txt"));
    expect(await (await get("/robots.txt"))?.text()).toBe("hello");
  });
});

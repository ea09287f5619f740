import { describe, expect, test } from "bun:test";
import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureSecret } from "./secret";

describe("a secret of the installation", () => {
  test("is made once, also by twenty starts at the same time", async () => {
    const dir = join(await mkdtemp(join(tmpdir(), "dap-secret-")), "secret");
    const all = await Promise.all(Array.from({ length: 20 }, () => ensureSecret(dir, "service")));
    const texts = new Set(all.map((secret) => secret.reveal()));
    expect(texts.size).toBe(1);
    expect([...texts][0]).toHaveLength(43);
    expect((await ensureSecret(dir, "service")).reveal()).toBe([...texts][0] ?? "");
  });
  test("can be read by its owner alone", async () => {
    const dir = await mkdtemp(join(tmpdir(), "dap-secret-"));
    await ensureSecret(dir, "service");
    expect((await stat(join(dir, "service"))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });
});

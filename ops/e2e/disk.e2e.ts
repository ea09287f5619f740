import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLocal, spokenLines } from "./src/command";
import { callWebhook, plusOne, runStatuses } from "./src/journey";
import { registerPerson } from "./src/person";
import { freePort, startPlatform } from "./src/platform";

const folder = mkdtempSync(join(tmpdir(), "dap-disk-"));
const mount = (size: string): boolean =>
  Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stderr: "ignore" }).exitCode === 0;
const unmount = (): unknown => Bun.spawnSync(["umount", "-l", folder], { stderr: "ignore" });

const canMount = process.getuid?.() === 0 && mount("1m");
if (canMount) unmount();
else console.log("not run: tests of a full disk, which need root and the right to mount one");

describe.skipIf(!canMount)("a full disk", () => {
  beforeAll(() => void mount("20m"));
  afterAll(() => {
    unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(["1m", "20m", "50m"])("of %s at the first start is told in one line", async (size) => {
    Bun.spawnSync(["mount", "-o", `remount,size=${size}`, folder]);
    const { exitCode, output } = await runLocal("start", { PORT: String(freePort()), DATA_DIR: join(folder, size) });
    expect({ exitCode, lines: spokenLines(output).length, output }).toMatchObject({ exitCode: 1, lines: 1 });
    expect(output).toContain("(DISK_FULL)");
    expect(output).not.toMatch(/^\s+at /m);
    rmSync(join(folder, size), { recursive: true, force: true });
  });

  test("while the platform runs makes it refuse with 503 or stop with the line, and loses nothing", async () => {
    Bun.spawnSync(["mount", "-o", "remount,size=90m", folder]);
    let platform = await startPlatform({ dataDir: join(folder, "data") });
    const person = await registerPerson(platform.url);
    const { id, url } = await person.publish(plusOne("durable", "accepted", 400));
    const accepted: string[] = [];
    const refused: number[] = [];
    const call = async (): Promise<void> => {
      const answer = await callWebhook(url, 1).catch(() => ({ status: 0, body: {} as Record<string, unknown> }));
      if (answer.status === 202) accepted.push(String(answer.body.runId));
      else refused.push(answer.status);
    };
    await Promise.all(Array.from({ length: 40 }, call));
    fill(join(folder, "filler"));
    for (const endMs = Date.now() + 20_000; refused.length === 0 && Date.now() < endMs; )
      await Promise.all(Array.from({ length: 200 }, call));
    expect(refused.length).toBeGreaterThan(0);
    // 0: it has stopped, and its line says why.
    if (refused.includes(0)) expect(platform.output()).toContain("(DISK_FULL)");
    expect(refused.filter((status) => status !== 503 && status !== 0)).toEqual([]);

    rmSync(join(folder, "filler"));
    await platform.kill();
    platform = await startPlatform({ port: platform.port, dataDir: platform.dataDir });
    const runs = await runStatuses(person, id);
    for (const runId of accepted) expect(`${runId} ${runs.get(runId)}`).toBe(`${runId} succeeded`);
    expect((await callWebhook(url, 1)).status).toBe(202);
    console.log(`full disk: ${accepted.length} accepted, ${refused.length} refused`);
    expect(await platform.stop()).toBe(0);
  });
});

/** Writes until there is no room. */
function fill(file: string): void {
  for (const size of [1_048_576, 65_536, 4_096]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {
      // Full for pieces of this size.
    }
  }
}

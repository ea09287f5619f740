import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimDataDir } from "./data-dir";

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), "dap-claim-")), "data");

/** Claims in another process; resolves with what it printed first. */
async function claimElsewhere(folder: string): Promise<{ said: string; kill: () => Promise<unknown> }> {
  const code = `
    const { claimDataDir } = await import(${JSON.stringify(join(import.meta.dir, "data-dir.ts"))});
    try { globalThis.kept = claimDataDir(${JSON.stringify(folder)}); console.log("claimed"); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.code); }`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  return {
    said: new TextDecoder().decode(value).trim(),
    kill: () => {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
}

describe("a claim on a data folder", () => {
  test("is had by one process alone, however many ask at the same moment, and ends with a kill -9", async () => {
    const folder = newFolder();
    const all = await Promise.all(Array.from({ length: 4 }, () => claimElsewhere(folder)));
    expect(all.map(({ said }) => said).sort()).toEqual([
      "DATA_DIR_IN_USE",
      "DATA_DIR_IN_USE",
      "DATA_DIR_IN_USE",
      "claimed",
    ]);
    await Promise.all(all.map(({ kill }) => kill()));
    claimDataDir(folder).release();
  });
  test("ends when it is given back", () => {
    const folder = newFolder();
    claimDataDir(folder).release();
    claimDataDir(folder).release();
  });
  test("says in one line that a folder cannot be written", () => {
    const file = join(mkdtempSync(join(tmpdir(), "dap-claim-")), "file");
    writeFileSync(file, "");
    for (const folder of [file, join(file, "below"), "/proc/dap"]) {
      expect(() => claimDataDir(folder)).toThrow(/^[^\n]+ cannot be written\. [^\n]+$/);
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "./src/platform";

const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();

/** The shell block below a heading, exactly as printed. */
function shellBlock(heading: string): string {
  const section = readme.slice(readme.indexOf(`## ${heading}`));
  return section.match(/```sh\n([\s\S]*?)```/)?.[1] ?? "";
}

describe("the README's first workflow", () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());

  test("works with curl exactly as printed", async () => {
    // The port alone differs: 8080 may be taken on the machine that tests.
    const script = shellBlock("First workflow in two minutes").replaceAll("http://localhost:8080", platform.url);
    expect(script).toContain("curl");
    const shell = Bun.spawn(["sh", "-eu", "-c", script], {
      cwd: mkdtempSync(join(tmpdir(), "dap-readme-")),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, errors, exitCode] = await Promise.all([
      new Response(shell.stdout).text(),
      new Response(shell.stderr).text(),
      shell.exited,
    ]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(output).toContain('{"message":"Hello ANN!","letters":3}');
    expect(output).toMatch(/"status":"succeeded"/);
  });
});

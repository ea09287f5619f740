import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { Failure } from "@dap/platform/failure";

const root = new URL("../../..", import.meta.url).pathname;

const parts = [
  { name: "web component", script: "component/build.ts" },
  { name: "webapp", script: "web/build.ts" },
] as const;

/** A build that has work to do takes some ten seconds, and a silent start looks broken. */
const sayAfterMs = 1_500;

/**
 * Builds what is not built from the present sources, side by side. Fails with `Failure` `BUILD_FAILED`; the whole output is
 * in `.cache/build.log` then.
 */
export async function ensureBuilt(): Promise<void> {
  const timer = setTimeout(
    () => console.log("dap: building the webapp (only when its sources have changed) ..."),
    sayAfterMs,
  );
  // The webapp's compiler writes a file of a fixed name to the temporary folder: two users, or two clones, would collide.
  mkdirSync(`${root}.cache`, { recursive: true });
  const temporary = mkdtempSync(`${root}.cache/build-`);
  const children: Bun.Subprocess[] = [];
  const cleanUp = (): void => {
    clearTimeout(timer);
    for (const child of children) child.kill("SIGKILL");
    rmSync(temporary, { recursive: true, force: true });
  };
  // A start that fails meanwhile for another reason leaves nothing behind.
  process.once("exit", cleanUp);
  try {
    await Promise.all(parts.map((part) => build(part, temporary, (child) => children.push(child))));
  } finally {
    process.off("exit", cleanUp);
    cleanUp();
  }
}

type Part = (typeof parts)[number];

async function build({ name, script }: Part, temporary: string, keep: (child: Bun.Subprocess) => void): Promise<void> {
  const child = Bun.spawn([process.execPath, "--bun", "run", script], {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary },
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  keep(child);
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode === 0) return;
  const text = `${output}${errors}`;
  await Bun.write(`${root}.cache/build.log`, text);
  const reason = text.split("\n").find((line) => /error/i.test(line)) ?? `exit code ${exitCode}`;
  throw new Failure(
    "BUILD_FAILED",
    500,
    `The ${name} could not be built: ${reason.trim()} (all of it: .cache/build.log)`,
  );
}

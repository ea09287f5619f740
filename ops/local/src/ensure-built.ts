const root = new URL("../../..", import.meta.url).pathname;

const scripts = ["component/build.ts", "web/build.ts"] as const;

/** Builds what is not built from the present sources. Throws with the build's output when it fails. */
export async function ensureBuilt(): Promise<void> {
  for (const script of scripts) {
    const child = Bun.spawn([process.execPath, "--bun", "run", script], {
      cwd: root,
      stdout: "pipe",
      stderr: "pipe",
      stdin: "ignore",
    });
    const [output, errors, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (exitCode !== 0) throw new Error(`${script} failed (exit ${exitCode}): ${output}${errors}`);
  }
}

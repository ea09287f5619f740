/** Runs a command of the checks with its output shown, and ends the process with a clear line when it fails. */
export async function runStep(title: string, command: readonly string[], cwd: string): Promise<void> {
  const startedAtMs = Date.now();
  const child = Bun.spawn([...command], { cwd, stdout: "inherit", stderr: "inherit", stdin: "ignore" });
  const exitCode = await child.exited;
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  if (exitCode === 0) {
    console.log(`ok    ${title} (${seconds} s)`);
    return;
  }
  console.error(`FAILED ${title} (exit ${exitCode}, ${seconds} s)`);
  process.exit(1);
}

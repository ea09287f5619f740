import { root } from "./platform";

/** One service as a process of its own: `dap --target=...`. */
export type Target = {
  readonly name: string;
  readonly url: string;
  readonly output: () => string;
  /** SIGTERM; gives the exit code after the drain. */
  readonly stop: () => Promise<number>;
};

/** Starts one target and waits for its line with the URL. Fails with all its output when it ends before. */
export async function startTarget(name: string, env: Readonly<Record<string, string>>): Promise<Target> {
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([process.execPath, "--bun", "run", "ops/dap/src/main.ts", `--target=${name}`], {
    cwd: root,
    // Nothing but what is given: a service alone has to do with its documented settings.
    env: { PATH, HOME, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  void collect(child.stdout);
  void collect(child.stderr);
  for (const endMs = Date.now() + 60_000; ; await Bun.sleep(20)) {
    const url = output.match(/is ready: (\S+)/)?.[1];
    if (url) {
      const stop = (): Promise<number> => {
        child.kill("SIGTERM");
        return child.exited;
      };
      return { name, url, output: () => output, stop };
    }
    if (child.exitCode !== null || Date.now() > endMs) {
      child.kill("SIGKILL");
      throw new Error(`${name} did not start (exit ${child.exitCode}):\n${output}`);
    }
  }
}

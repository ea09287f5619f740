import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The root of the repository. */
export const root = new URL("../../..", import.meta.url).pathname;

/** A whole platform in its own process, as `make start` runs it, on a free port and a folder of its own. */
export type Platform = {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  /** All that it printed so far. */
  readonly output: () => string;
  /** SIGTERM, and waits for the drain; gives the exit code. */
  readonly stop: () => Promise<number>;
  /** SIGKILL: no chance to say goodbye. */
  readonly kill: () => Promise<void>;
};

export type PlatformOptions = {
  readonly port?: number;
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Instead of the program itself: `make start`, or that as another user. */
  readonly command?: readonly string[];
  readonly cwd?: string;
};

/** Starts a platform and waits for its one line with the URL. Throws with all its output when that does not come. */
export async function startPlatform({
  port = freePort(),
  dataDir = mkdtempSync(join(tmpdir(), "dap-e2e-")),
  env = {},
  timeoutMs = 90_000,
  command = [process.execPath, "--bun", "run", "ops/local/src/start.ts"],
  cwd = root,
}: PlatformOptions = {}): Promise<Platform> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, PUBLIC_URL: `http://localhost:${port}`, ...env },
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const chunk of stream.pipeThrough(
      new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>,
    ))
      output += chunk;
  };
  void collect(child.stdout);
  void collect(child.stderr);
  const endsAtMs = Date.now() + timeoutMs;
  while (!output.includes(`http://localhost:${port}`)) {
    if (child.exitCode !== null || Date.now() > endsAtMs) {
      child.kill("SIGKILL");
      throw new Error(`the platform did not start (exit ${child.exitCode}):\n${output}`);
    }
    await Bun.sleep(20);
  }
  return {
    url: `http://localhost:${port}`,
    port,
    dataDir,
    pid: child.pid,
    output: () => output,
    stop: () => {
      child.kill("SIGTERM");
      return child.exited;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/**
 * A port that was free a moment ago. Not one of those that the kernel hands out: outgoing connections would take it while
 * the platform that is to come back to it is down.
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
      return port;
    } catch {
      // Taken: another one.
    }
  }
}

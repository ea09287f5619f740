import { root } from "./platform";

export type Ended = { readonly exitCode: number; readonly output: string };

export type CommandOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Killed after so long; 60 s by default. */
  readonly timeoutMs?: number;
};

/** Runs a command to its end; gives exit code and all that it wrote. */
export async function runCommand(
  command: readonly string[],
  { env = {}, cwd = root, timeoutMs = 60_000 }: CommandOptions = {},
): Promise<Ended> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output: `${output}${errors}` };
}

/** A program of ops/local, as make runs it. */
export const runLocal = (
  program: "start" | "reset" | "password",
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ended> => runCommand([process.execPath, "--bun", "run", `ops/local/src/${program}.ts`], { env });

/** The lines that `dap:` begins: what a person is told. */
export const spokenLines = (output: string): readonly string[] =>
  output.split("\n").filter((line) => line.startsWith("dap: ") && !line.startsWith("dap: building"));

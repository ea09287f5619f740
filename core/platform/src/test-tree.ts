import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "./clock";
import { ensureOwnFolder } from "./embedded-postgres/binary";
import { startOf } from "./embedded-postgres/leftover";

/**
 * The process at the top of this test run: with `--parallel` the test files run in children of it, and what is started
 * for the tests lives as long as the whole run.
 */
export function testRootPid(): number {
  let root = process.pid;
  for (let pid = parentOf(root); pid !== undefined && isTestRun(pid); pid = parentOf(pid)) root = pid;
  return root;
}

const isTestRun = (pid: number): boolean => {
  const [program = "", ...args] = readProc(pid, "cmdline").split("\0");
  return /(^|\/)bun$/.test(program) && args.includes("test");
};

function parentOf(pid: number): number | undefined {
  const stat = readProc(pid, "stat");
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return parent > 1 ? parent : undefined;
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

const registry = `/var/tmp/dap-${process.getuid?.() ?? 0}/test`;

/**
 * A folder for what this test run leaves on the disk. Whatever is still in it when the run has ended, also by kill -9, the
 * next run removes.
 */
export function testRunFolder(): string {
  ensureOwnFolder(`/var/tmp/dap-${process.getuid?.() ?? 0}`);
  mkdirSync(registry, { recursive: true });
  removeOldRuns();
  const root = testRootPid();
  const folder = join(registry, `${root}-${startOf(root) ?? "0"}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Does `start` once for the whole test run and gives everybody its result (plain JSON), or throws its error's message
 * again. Files and processes that come meanwhile wait.
 */
export async function oncePerTestRun<T extends object>(name: string, start: () => Promise<T>): Promise<T> {
  const folder = testRunFolder();
  const resultFile = join(folder, `${name}.json`);
  if (takeTurn(join(folder, `${name}.lock`))) {
    writeResult(
      resultFile,
      await start().then(
        (value) => ({ value }),
        (error) => ({ problem: String(error) }),
      ),
    );
  }
  return readResult<T>(resultFile);
}

function takeTurn(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function writeResult(file: string, result: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(result));
  renameSync(`${file}.new`, file);
}

async function readResult<T>(file: string): Promise<T> {
  for (const endMs = Date.now() + 120_000; !existsSync(file); await sleep(20)) {
    if (Date.now() > endMs) throw new Error(`${file} was not written: whoever had to start it is gone`);
  }
  const result = JSON.parse(readFileSync(file, "utf8")) as { value?: T; problem?: string }; // written above
  if (result.value === undefined) throw new Error(result.problem);
  return result.value;
}

function removeOldRuns(): void {
  for (const name of readdirSync(registry)) {
    const [pid, start] = name.split("-");
    if (startOf(Number(pid)) !== start) rmSync(join(registry, name), { recursive: true, force: true });
  }
}

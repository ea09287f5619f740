import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "../clock";
import { Failure } from "../failure";

/**
 * Makes this process the owner of a data folder. Fails with `DATA_DIR_IN_USE` while another living process is; the
 * server that a dead owner left behind is stopped.
 */
export async function takeOver(dataDir: string): Promise<void> {
  const ownerFile = `${dataDir}.owner`;
  const owner = readOwner(ownerFile);
  if (owner !== undefined && owner.pid !== process.pid && startOf(owner.pid) === owner.start) {
    throw new Failure(
      "DATA_DIR_IN_USE",
      500,
      `${dataDir} is in use by another dap (process ${owner.pid}); stop that first.`,
    );
  }
  writeFileSync(ownerFile, JSON.stringify({ pid: process.pid, start: startOf(process.pid) }));
  await stopLeftover(dataDir);
}

/** Gives the folder up at a clean stop. */
export const giveUp = (dataDir: string): void => rmSync(`${dataDir}.owner`, { force: true });

type Owner = { readonly pid: number; readonly start: string | undefined };

function readOwner(file: string): Owner | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof found !== "object" || found === null || !("pid" in found) || !("start" in found)) return undefined;
    return typeof found.pid === "number" && typeof found.start === "string"
      ? { pid: found.pid, start: found.start }
      : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started, in the kernel's ticks: tells a process from a later one with the same id. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

async function stopLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  if (!isServerOf(pid, dataDir)) {
    // The machine went down, or the number belongs to somebody else now: the file says nothing.
    rmSync(pidFile, { force: true });
    return;
  }
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    process.kill(pid, signal);
    if (await hasEnded(pid, dataDir, 10_000)) return;
  }
  throw new Failure(
    "DATA_DIR_IN_USE",
    500,
    `The PostgreSQL left running in ${dataDir} (process ${pid}) does not stop.`,
  );
}

async function hasEnded(pid: number, dataDir: string, withinMs: number): Promise<boolean> {
  for (const endMs = Date.now() + withinMs; Date.now() < endMs; await sleep(20)) {
    if (!isServerOf(pid, dataDir)) return true;
  }
  return false;
}

/** Every Postgres process has its data folder as working folder. */
function isServerOf(pid: number, dataDir: string): boolean {
  try {
    const isPostgres = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]?.endsWith("postgres") ?? false;
    return isPostgres && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    return false;
  }
}

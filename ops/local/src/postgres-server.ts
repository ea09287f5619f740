import { readFileSync } from "node:fs";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { Failure } from "@dap/platform/failure";
import { isConnectionLost } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";
import { probeDatabase } from "./probe";
import { ensureSecret } from "./secret";
import type { LocalSettings } from "./settings";

/** The Postgres server of an installation: our own in DATA_DIR, or the one of DATABASE_URL. */
export type PostgresServer = {
  /** A role with CREATEDB and CREATEROLE. */
  readonly adminUrl: Secret<string>;
  /** Resolves when our own server ended without being asked; never for one that is not ours. */
  readonly failed: Promise<Failure>;
  /** What an error of a query means at the start: a lost connection is seldom the whole story. */
  readonly explain: (error: unknown) => unknown;
  readonly stop: () => Promise<void>;
};

/** Starts our own server, or gives the one that the settings name. */
export async function openServer({
  databaseUrl,
  dataDir,
  secretDir,
}: Pick<LocalSettings, "databaseUrl" | "dataDir" | "secretDir">): Promise<PostgresServer> {
  const never = new Promise<Failure>(() => undefined);
  if (databaseUrl) {
    await probeDatabase(databaseUrl);
    const explain = (error: unknown): unknown => error;
    return { adminUrl: new Secret(databaseUrl), failed: never, explain, stop: async () => undefined };
  }
  const folder = `${dataDir}/postgres`;
  const { url, ended, stop } = await startPostgres({
    dataDir: folder,
    password: await ensureSecret(secretDir, "postgres"),
  });
  let isAsked = false;
  return {
    adminUrl: new Secret(url),
    failed: ended.then(() => (isAsked ? never : explainEnd(`${folder}.log`, dataDir))),
    explain: (error) => (isConnectionLost(error) ? explainEnd(`${folder}.log`, dataDir) : error),
    stop: () => {
      isAsked = true;
      return stop();
    },
  };
}

const isDiskFull = /No space left on device|Check free disk space|wrote only \d+ of \d+ bytes/i;

/** A full disk is the common reason; the server's own log tells the others. */
function explainEnd(logFile: string, dataDir: string): Failure {
  const log = readText(logFile);
  if (isDiskFull.test(log)) {
    const message = `There is no space left on the disk of ${dataDir}. Make room and start again; nothing that was accepted is lost`;
    return new Failure("DISK_FULL", 500, message);
  }
  const lines = log.trim().split("\n");
  const reason = lines.findLast((line) => /PANIC|FATAL/.test(line)) ?? lines.at(-1) ?? "";
  const message = `PostgreSQL has ended (${reason}). Start again; nothing that was accepted is lost. Its log: ${logFile}`;
  return new Failure("POSTGRES_ENDED", 500, message);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

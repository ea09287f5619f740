import { Failure } from "../failure";

type Known = { readonly sign: RegExp; readonly code: string; readonly say: (dataDir: string) => string };

const known: readonly Known[] = [
  {
    sign: /No space left on device|Check free disk space|wrote only \d+ of \d+ bytes/i,
    code: "DISK_FULL",
    say: (dataDir) =>
      `There is no space left on the disk of ${dataDir}; PostgreSQL cannot start. Free some and start again.`,
  },
  {
    sign: /error while loading shared libraries|cannot open shared object/i,
    code: "POSTGRES_LIBRARY",
    say: () =>
      "PostgreSQL misses a library: install the dependencies again, or set DATABASE_URL to a server of your own.",
  },
  {
    sign: /could not bind .*Address already in use|could not create any TCP\/IP sockets/i,
    code: "PORT_IN_USE",
    say: () => "The port chosen for PostgreSQL is in use.",
  },
  {
    sign: /lock file .* already exists/i,
    code: "DATA_DIR_IN_USE",
    say: (dataDir) => `Another PostgreSQL is using ${dataDir}.`,
  },
  {
    sign: /could not look up effective user ID/i,
    code: "USER_UNKNOWN",
    say: () => "PostgreSQL runs only for a user with a name: add this one to /etc/passwd, or set DATABASE_URL.",
  },
  {
    sign: /Permission denied/i,
    code: "DATA_DIR_DENIED",
    say: (dataDir) => `PostgreSQL may not read or write ${dataDir}; check who owns it, or choose another DATA_DIR.`,
  },
];

/** What kept Postgres from starting, from what it wrote. */
export function explainLog(output: string, dataDir: string): Failure {
  const cause = new Error(output.slice(-4_000));
  const found = known.find(({ sign }) => sign.test(output));
  if (found !== undefined) return new Failure(found.code, 500, found.say(dataDir), { cause });
  const lines = output.trim().split("\n");
  const lastLine = lines.findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? (lines.at(-1) || "it wrote nothing");
  return new Failure("POSTGRES_FAILED", 500, `PostgreSQL did not start in ${dataDir}: ${lastLine}`, { cause });
}

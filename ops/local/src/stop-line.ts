import { ConfigError } from "@dap/platform/config";
import { Failure } from "@dap/platform/failure";

/** Ends a command with one line that says what is wrong and what to do. */
export function stopWith(error: unknown): never {
  console.error(`dap: ${stopLine(error)}`);
  process.exit(1);
}

/** What went wrong, as one line for the person at the terminal. Never a stack, and never a password of a URL. */
export function stopLine(error: unknown): string {
  return hidePasswords(describe(error)).replaceAll(/\s*\n\s*/g, " ");
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return `Settings to mend: ${error.problems.join("; ")} (CONFIG)`;
  if (error instanceof Failure) return `${error.message} (${error.code})`;
  const code = codeOf(error);
  const message = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
  const known = lines.find(({ codes }) => codes.includes(code));
  return known ? known.say(message) : message || "unknown error";
}

/** The code of an error, or of the one that caused it: drizzle wraps what the database says. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}

const hidePasswords = (text: string): string => text.replaceAll(/(:\/\/[^\s:/@]*):[^\s@]*@/g, "$1:***@");

type Line = { readonly codes: readonly string[]; readonly say: (message: string) => string };

const lines: readonly Line[] = [
  {
    codes: ["EADDRINUSE"],
    say: () => "The port is taken. Stop what listens there, or choose another one: PORT=8081 make start (PORT_TAKEN)",
  },
  {
    codes: ["ENOSPC", "53100", "SQLITE_FULL"],
    say: () => "The disk is full. Make room and start again; nothing that was accepted is lost (DISK_FULL)",
  },
  {
    codes: ["EACCES", "EPERM", "EROFS"],
    say: (message) =>
      `${message}. Check who owns DATA_DIR, or choose another one: DATA_DIR=... make start (FOLDER_REFUSED)`,
  },
  {
    codes: ["28P01", "28000", "3D000"],
    say: (message) =>
      `The database server refused DATABASE_URL: ${message}. Check user, password and database name in it (DATABASE_REFUSED)`,
  },
  {
    codes: ["42501"],
    say: (message) =>
      `The role in DATABASE_URL may not do this: ${message}. It needs CREATEDB and CREATEROLE (DATABASE_REFUSED)`,
  },
  {
    codes: ["53300"],
    say: () =>
      "The database server of DATABASE_URL has no connection left. Raise its max_connections to 100 or more (DATABASE_FULL)",
  },
  {
    codes: [
      "ECONNREFUSED",
      "ECONNRESET",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "ENOTFOUND",
      "EAI_AGAIN",
      "CONNECT_TIMEOUT",
      "CONNECTION_CLOSED",
      "CONNECTION_ENDED",
      "ERR_SOCKET_CLOSED",
      "DNS_ENOTFOUND",
    ],
    say: (message) =>
      `No database server answers at DATABASE_URL: ${message}. Check host and port in it (DATABASE_UNREACHABLE)`,
  },
];

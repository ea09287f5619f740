import { ConfigError } from "@dap/platform/config";
import { Failure } from "@dap/platform/failure";

/** Ends a command with one line that says what is wrong and what to do. */
export function stopWith(error: unknown): never {
  console.error(`dap: ${stopLine(error)}`);
  process.exit(1);
}

/** What went wrong at a start, as one line for the person at the terminal. */
export function stopLine(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Failure) return `${error.message} (${error.code})`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  switch (code) {
    case "EADDRINUSE":
      return "The port is taken. Stop what listens there, or choose another one: PORT=8081 make start (PORT_TAKEN)";
    case "ENOSPC":
    case "53100":
      return "The disk is full. Make room and start again; nothing that was accepted is lost (DISK_FULL)";
    case "EACCES":
    case "EPERM":
      return `${message}. Check who owns DATA_DIR, or choose another one: DATA_DIR=... make start (FOLDER_REFUSED)`;
    case "28P01":
    case "28000":
    case "3D000":
      return `The database server refused DATABASE_URL: ${message}. Check user, password and database name in it (DATABASE_REFUSED)`;
    case "42501":
      return `The role in DATABASE_URL may not do this: ${message}. It needs CREATEDB and CREATEROLE (DATABASE_REFUSED)`;
    case "ECONNREFUSED":
    case "CONNECT_TIMEOUT":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `No database server answers at DATABASE_URL: ${message}. Check host and port in it (DATABASE_UNREACHABLE)`;
    default:
      return message ?? "unknown error";
  }
}

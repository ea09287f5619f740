import { Failure } from "./failure";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line. `message` is a constant sentence; what varies goes into `fields`. Never throws. */
export type Logger = {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
};

export type LoggerOptions = {
  readonly service: string;
  /** Lowest level that is written; `info` by default. */
  readonly level?: LogLevel;
  /** Receives whole lines, each with its line feed. Standard error by default. */
  readonly write?: (line: string) => void;
  readonly nowMs?: () => number;
};

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Times are UTC (ISO 8601). A `Secret` shows as `***` by its type. Line breaks in values are escaped, so that no value
 * can forge a line.
 */
export function createLogger({
  service,
  level = "info",
  write = toStandardError,
  nowMs = Date.now,
}: LoggerOptions): Logger {
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (ranks[lineLevel] < ranks[level]) return;
      const head = { at: new Date(nowMs()).toISOString(), level: lineLevel, service, message };
      write(`${toLine(head, fields)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A logger that writes nothing, for tests. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const toStandardError = (line: string): void => {
  process.stderr.write(line);
};

function toLine(head: object, fields: LogFields): string {
  try {
    return escapeSeparators(JSON.stringify({ ...fields, ...head }, replaceValue));
  } catch (error) {
    // A cycle, or a getter that throws: the event itself is still worth a line.
    return JSON.stringify({ ...head, logError: String(error) });
  }
}

function replaceValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return describeError(value);
  return value;
}

function describeError(error: Error): object {
  // Drizzle writes the parameters, addresses and hashes among them, into message and stack.
  if ("query" in error && "params" in error) {
    return { name: error.name, message: `Failed query: ${String(error.query)}`, cause: error.cause };
  }
  return {
    name: error.name,
    message: error.message,
    ...("code" in error ? { code: error.code } : {}),
    ...(error instanceof Failure ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}

/** JSON escapes CR and LF; these two also end a line for some readers. */
const escapeSeparators = (line: string): string => line.replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");

/** The SQLSTATE of a Postgres error (`23505`, ...) or the driver's own code (`CONNECTION_CLOSED`, ...). */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** A row with this key exists already; `constraint` narrows it to one index or key. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  sqlState(error) === "23505" && (constraint === undefined || constraintOf(error) === constraint);

const constraintOf = (error: unknown): unknown =>
  error instanceof Error && "constraint_name" in error ? error.constraint_name : undefined;

const lostCodes: ReadonlySet<string> = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "57P01",
  "57P02",
  "57P03",
  "53300",
]);

/**
 * The database went away or cannot be reached: whether a transaction in flight was committed is unknown. The query
 * builder wraps the driver's error, so causes are looked at as well.
 */
export const isConnectionLost = (error: unknown): boolean => {
  const state = sqlState(error);
  if (state !== undefined && (lostCodes.has(state) || state.startsWith("08"))) return true;
  return error instanceof Error && error.cause !== undefined && error.cause !== error && isConnectionLost(error.cause);
};

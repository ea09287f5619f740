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

/** The database went away or cannot be reached: whether a transaction in flight was committed is unknown. */
export const isConnectionLost = (error: unknown): boolean => {
  const state = sqlState(error);
  return state !== undefined && (lostCodes.has(state) || state.startsWith("08"));
};

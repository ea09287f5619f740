import { Failure } from "@dap/platform/failure";
import { isConnectionLost } from "@dap/platform/postgres";

/** Does the work; when the database is away meanwhile, the caller hears 503 and when to come again instead of 500. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOutage(error)) throw error;
    throw new Failure("DATABASE_UNAVAILABLE", 503, "The data store is not reachable right now. Try again.", {
      cause: error,
      headers: { "retry-after": "1" },
    });
  }
}

/** The query builder wraps the driver's error. */
const isOutage = (error: unknown): boolean =>
  isConnectionLost(error) || (error instanceof Error && error.cause !== undefined && isOutage(error.cause));

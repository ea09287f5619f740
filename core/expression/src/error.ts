/** Why an expression was refused or stopped. Codes are permanent: programs branch on them. */
export const expressionErrorCodes = [
  "SYNTAX",
  "FORBIDDEN",
  "UNKNOWN_FUNCTION",
  "ARGUMENTS",
  "TYPE",
  "ARITHMETIC",
  "BUDGET_STEPS",
  "BUDGET_BYTES",
  "TOO_DEEP",
  "TOO_LARGE",
  "TOO_LONG",
] as const;
export type ExpressionErrorCode = (typeof expressionErrorCodes)[number];

/** The place of an error that is raised where the source is not known; the enclosing call fills it in. */
export const unplaced = -1;

/**
 * The one error that parsing and evaluating throw. `offset` counts UTF-16 units from the start of the field's text and
 * is 0 where no better place is known. `message` is fit to show: it names fields and functions and never quotes data.
 */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  constructor(
    readonly code: ExpressionErrorCode,
    message: string,
    readonly offset: number = unplaced,
    readonly suggestion?: string,
  ) {
    super(message);
  }
}

/** The same error with a place, if it had none. */
export const placed = (error: unknown, offset: number): unknown =>
  error instanceof ExpressionError && error.offset === unplaced
    ? new ExpressionError(error.code, error.message, offset, error.suggestion)
    : error;

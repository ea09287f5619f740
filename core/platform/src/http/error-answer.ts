import type { DocumentProblem } from "@dap/contract";
import { InvalidCookieSignature, InvalidFileType, NotFoundError, ParseError, ValidationError } from "elysia";
import { Failure } from "../failure";
import { isConnectionLost } from "../postgres/error";

/**
 * What an error that left a route means to the caller. `instanceof` decides, because Elysia's `code` is whatever the
 * error itself calls its code. No message of a foreign error and no value of the request goes out.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ValidationError) return fromValidation(error);
  // A failure thrown while the body was read comes wrapped.
  if (error instanceof ParseError && error.cause instanceof Failure) return error.cause;
  if (error instanceof ParseError) return new Failure("MALFORMED_BODY", 400, "The body could not be read.");
  if (error instanceof NotFoundError) return new Failure("NOT_FOUND", 404, "There is nothing here.");
  if (error instanceof InvalidCookieSignature) return new Failure("INVALID_COOKIE", 400, "A cookie is not valid.");
  if (error instanceof InvalidFileType) return new Failure("INVALID_FILE", 422, "The file is not of an accepted type.");
  if (isConnectionLost(error)) return databaseAway(error);
  return new Failure("INTERNAL", 500, "Something went wrong on our side.", { cause: error });
}

const databaseAway = (cause: unknown): Failure =>
  new Failure("DATABASE_UNAVAILABLE", 503, "The data store is not reachable right now. Try again.", {
    cause,
    headers: { "retry-after": "1" },
  });

const codes: Readonly<Record<string, string>> = {
  body: "INVALID_BODY",
  query: "INVALID_QUERY",
  params: "INVALID_PATH",
  headers: "INVALID_HEADERS",
  cookie: "INVALID_COOKIE",
};

function fromValidation(error: ValidationError): Failure {
  const code = codes[error.type];
  // A malformed answer of our own is our fault, not the caller's.
  if (code === undefined) return new Failure("INTERNAL", 500, "Something went wrong on our side.", { cause: error });
  return new Failure(code, 422, `The ${error.type === "params" ? "path" : error.type} is not as expected.`, {
    problems: describeProblems(error),
  });
}

const problemsMax = 20;

function describeProblems(error: ValidationError): DocumentProblem[] {
  const issues: readonly unknown[] = error.all;
  return issues.slice(0, problemsMax).map((issue) => ({
    path: textField(issue, "path"),
    code: "INVALID_VALUE",
    // TypeBox words its messages from the schema alone.
    message: textField(issue, "message") || "is not as expected",
    severity: "error",
  }));
}

function textField(issue: unknown, name: string): string {
  if (typeof issue !== "object" || issue === null || !(name in issue)) return "";
  const value = (issue as Record<string, unknown>)[name];
  return typeof value === "string" ? value : "";
}

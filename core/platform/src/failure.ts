import type { DocumentProblem, ProblemDetails } from "@dap/contract";

export type FailureOptions = {
  readonly cause?: unknown;
  readonly problems?: readonly DocumentProblem[];
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * A refusal that the caller can act on. `code` is permanent and UPPER_SNAKE, `status` the HTTP status, `message` fit to
 * show (no secret, no internals: those go into `cause`, which is logged and never sent).
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly problems: readonly DocumentProblem[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    options: FailureOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.problems = options.problems;
    this.headers = options.headers;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  412: "Precondition failed",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not acceptable as given",
  426: "Upgrade required",
  428: "Precondition required",
  429: "Too many requests",
  500: "Internal error",
  502: "Bad gateway",
  503: "Not available",
  504: "Timed out",
};

/** The RFC 9457 body of a failure. */
export const toProblem = (failure: Failure, requestId: string): ProblemDetails => ({
  type: "about:blank",
  title: titles[failure.status] ?? "Error",
  status: failure.status,
  code: failure.code,
  detail: failure.message,
  requestId,
  ...(failure.problems === undefined ? {} : { problems: [...failure.problems] }),
});

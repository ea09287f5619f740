import type { ProblemDetails } from "@dap/contract";

/** What the public API answered: the value, or the problem fit to show. Nothing here throws for an answer of the API. */
export type ApiResult<T> =
  | { readonly kind: "ok"; readonly status: number; readonly value: T; readonly etag: string | undefined }
  | { readonly kind: "refused"; readonly status: number; readonly problem: ProblemDetails };

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`, already encoded, e.g. `/teams/x/workflows`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One way to reach the public API. Pages on the server and code in the browser use the same functions over it. */
export type Api = <T>(request: ApiRequest) => Promise<ApiResult<T>>;

export type ApiOptions = {
  /** Where `/teams` and the rest live, e.g. `http://127.0.0.1:8080/api/v1` or `/session/api` in the browser. */
  readonly base: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: (input: string, init: RequestInit) => Promise<Response>;
  readonly timeoutMs?: number;
};

/** Builds the typed client's transport. A server that cannot be reached is a refusal with code `UNREACHABLE`, status 503. */
export function createApi({ base, headers = {}, fetch = globalThis.fetch, timeoutMs = 20_000 }: ApiOptions): Api {
  return async <T>(request: ApiRequest) => {
    const init: RequestInit = {
      method: request.method ?? "GET",
      headers: {
        accept: "application/json",
        ...headers,
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        ...request.headers,
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    };
    try {
      return await readAnswer<T>(await fetch(`${base}${request.path}${queryOf(request.query)}`, init));
    } catch {
      return refused(503, "UNREACHABLE", "The server cannot be reached right now. Nothing was changed; try again.");
    }
  };
}

async function readAnswer<T>(response: Response): Promise<ApiResult<T>> {
  const text = await response.text();
  const value = parseJson(text);
  if (response.ok) {
    // The API's answers are typed by the contract; the services check them where they are made.
    return {
      kind: "ok",
      status: response.status,
      value: value as T,
      etag: response.headers.get("etag") ?? undefined,
    };
  }
  return isProblem(value)
    ? { kind: "refused", status: response.status, problem: value }
    : refused(response.status, `HTTP_${response.status}`, `The server answered with status ${response.status}.`);
}

function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isProblem = (value: unknown): value is ProblemDetails =>
  typeof value === "object" && value !== null && "code" in value && "detail" in value;

function refused(status: number, code: string, detail: string): ApiResult<never> {
  return {
    kind: "refused",
    status,
    problem: { type: "about:blank", title: "Refused", status, code, detail, requestId: "" },
  };
}

function queryOf(query: ApiRequest["query"] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/** A path segment: ids come from addresses that people may edit. */
export const segment = (id: string): string => encodeURIComponent(id);

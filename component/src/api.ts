import { isObject, type Json, type RunResource, type WorkflowResource } from "./protocol";

/** A refusal of the server, or none at all (`status` 0). `problems` name fields by JSON Pointer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: readonly { path: string; message: string }[] = [],
  ) {
    super(message);
  }
  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export type Api = {
  readonly getWorkflow: (workflow: string) => Promise<WorkflowResource>;
  readonly startRun: (workflow: string, input: Json, idempotencyKey: string) => Promise<string>;
  readonly getRun: (run: string) => Promise<RunResource>;
  readonly cancelRun: (run: string) => Promise<void>;
  /** A URL with a fresh one-use ticket. */
  readonly openLive: () => Promise<string>;
};

export type ApiOptions = {
  /** Base URL of the instance. */
  readonly base: string;
  readonly team: string;
  /** `renew` asks for a token that is newer than the one just refused; `undefined` when there is none to be had. */
  readonly token: (renew: boolean) => Promise<string | undefined>;
  /** How a request reaches the API: `path` is below `/api/v1`. Default: straight to `base`. */
  readonly fetchApi?: FetchApi | undefined;
};

export type FetchApi = (path: string, init: RequestInit) => Promise<Response>;

/** The few calls of the public API that the element makes. No cookies are sent: the token is the only credential. */
export function createApi({ base, team, token, fetchApi }: ApiOptions): Api {
  const root = base.replace(/\/+$/, "");
  const send: FetchApi = fetchApi ?? ((path, init) => fetch(`${root}/api/v1${path}`, init));
  const of = (...parts: string[]) => ["/teams", ...[team, ...parts].map((part) => encodeURIComponent(part))].join("/");

  const attempt = async (
    method: string,
    path: string,
    body: unknown,
    key: string | undefined,
    bearer: string | undefined,
  ) => {
    const response = await send(path, {
      method,
      credentials: "omit",
      headers: {
        accept: "application/json",
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key && { "idempotency-key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new ApiError(0, "UNREACHABLE", "");
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw problemOf(response.status, answer);
    return answer;
  };
  const call = async (method: string, path: string, body?: unknown, key?: string): Promise<unknown> => {
    try {
      return await attempt(method, path, body, key, await token(false));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const fresh = await token(true);
      if (fresh === undefined) throw error;
      return attempt(method, path, body, key, fresh);
    }
  };
  return {
    getWorkflow: async (workflow) => (await call("GET", of("workflows", workflow))) as WorkflowResource, // the server's word
    startRun: async (workflow, input, key) =>
      stringOf(await call("POST", of("workflows", workflow, "runs"), { input }, key), "runId"),
    getRun: async (run) => (await call("GET", of("runs", run))) as RunResource, // the server's word
    cancelRun: async (run) => void (await call("POST", `${of("runs", run)}/cancel`, {})),
    openLive: async () => {
      const ticket = stringOf(await call("POST", "/realtime/tickets", {}), "ticket");
      return `${root.replace(/^http/, "ws")}/realtime?ticket=${encodeURIComponent(ticket)}`;
    },
  };
}

function stringOf(answer: unknown, name: string): string {
  const value = isObject(answer) ? answer[name] : undefined;
  if (typeof value !== "string") throw new ApiError(502, "BAD_ANSWER", "");
  return value;
}

function problemOf(status: number, answer: unknown): ApiError {
  if (!isObject(answer)) return new ApiError(status, "HTTP_STATUS", "");
  const problems = Array.isArray(answer.problems) ? answer.problems.filter(isObject) : [];
  return new ApiError(
    status,
    String(answer.code ?? "HTTP_STATUS"),
    String(answer.detail ?? ""),
    problems.map(({ path, message }) => ({ path: String(path), message: String(message) })),
  );
}

/** A key for one submission. `randomUUID` is missing on pages without https. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

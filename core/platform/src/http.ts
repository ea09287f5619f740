import { Elysia } from "elysia";
import { Failure, toProblem } from "./failure";
import { toFailure } from "./http/error-answer";
import { readJson } from "./http/json-body";
import { requestIdOf } from "./http/request-id";
import type { Logger } from "./log";

export { type InternalServerOptions, internalServer } from "./http/internal";
export { parseJson, tooManyValues } from "./http/json-body";
export { jsonKeysMax, jsonValuesMax, shapeOf } from "./http/json-shape";
export { requestIdOf } from "./http/request-id";
export { type RunningServer, type ServeOptions, serve } from "./http/serve";
export { withSwagger } from "./http/swagger";

export type HttpAppOptions = {
  readonly name: string;
  readonly log: Logger;
  /** Largest request body; 5 MB by default. */
  readonly bodyBytesMax?: number;
};

const defaultBodyBytesMax = 5 * 1024 * 1024;

/**
 * The Elysia app that every service starts from; routes are added to what it returns. Request ids come in and go out as
 * `x-request-id`; every refusal is `application/problem+json`; nothing of an unexpected error leaves the process.
 * Use TypeBox's own `Type` in schemas: Elysia's `t.Number()` and `t.Integer()` would turn "5" into 5.
 */
export function createHttpApp({ name, log, bodyBytesMax = defaultBodyBytesMax }: HttpAppOptions) {
  // `normalize` would drop unknown properties in silence instead of refusing them.
  return new Elysia({ name, normalize: false, serve: { maxRequestBodySize: bodyBytesMax + slackBytes } })
    .onRequest(({ request, set }) => {
      set.headers["x-request-id"] = requestIdOf(request);
      set.headers["cache-control"] = "no-store";
      set.headers["x-content-type-options"] = "nosniff";
      // Elysia parses with `request.json()`, and only for routes that read the body; a parse hook would read every body.
      request.json = () => readJson(request, bodyBytesMax);
      const length = Number(request.headers.get("content-length") ?? 0);
      if (length > bodyBytesMax) throw tooLarge(bodyBytesMax);
    })
    .onError({ as: "global" }, ({ error, request, set }) => {
      const failure = toFailure(error);
      const requestId = requestIdOf(request);
      if (failure.status >= 500) log.error("A request failed.", { requestId, path: pathOf(request), error });
      return withHeaders(problemResponse(failure, requestId), set.headers);
    });
}

/** The answer to a refused request. */
export const problemResponse = (failure: Failure, requestId: string): Response =>
  new Response(JSON.stringify(toProblem(failure, requestId)), {
    status: failure.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": requestId,
      ...(failure.status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...failure.headers,
    },
  });

// Bun cuts the connection at its own limit without a body; a declared length is refused before that, in our words.
const slackBytes = 64 * 1024;

const tooLarge = (bodyBytesMax: number): Failure =>
  new Failure("BODY_TOO_LARGE", 413, `The body is larger than ${bodyBytesMax} bytes.`);

const pathOf = (request: Request): string => new URL(request.url).pathname;

/** Keeps what a route or an earlier hook has set, such as CORS headers, on a refusal as well. */
function withHeaders(response: Response, headers: Readonly<Record<string, unknown>>): Response {
  for (const [key, value] of Object.entries(headers)) {
    if (typeof value === "string" && !response.headers.has(key)) response.headers.set(key, value);
  }
  return response;
}

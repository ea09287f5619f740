import type { TSchema } from "@sinclair/typebox";
import type { AnyRoute } from "./declare";

type Parameter = {
  readonly name: string;
  readonly in: "query" | "header" | "path";
  readonly required: boolean;
  readonly schema: object;
};

/** What the OpenAPI document says of a route. Bodies are read by the routes themselves, so the framework cannot know. */
export const openApiOf = ({ method, path, permission, summary, answers, body, query, ifMatch }: AnyRoute) => ({
  summary,
  operationId: `${method.toLowerCase()}${path.replace(/[/:-]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
  tags: [path.split("/")[1] ?? ""],
  description: `Needs the permission \`${permission}\`.`,
  parameters: [
    ...[...`/:teamId${path}`.matchAll(/:(\w+)/g)].map((match) => pathParameter(match[1] ?? "")),
    ...queryParameters(query),
    ...(ifMatch ? [ifMatchHeader(ifMatch === "required")] : []),
    ...(method === "POST" ? [idempotencyHeader] : []),
  ],
  ...(body && { requestBody: { content: { "application/json": { schema: body as object } } } }),
  responses: Object.fromEntries(Object.entries(answers).map(([status, schema]) => [status, responseOf(schema)])),
});

const responseOf = (schema: TSchema | undefined) =>
  schema === undefined
    ? { description: "Done; the answer has no body." }
    : { description: "The answer.", content: { "application/json": { schema: schema as object } } };

const pathParameter = (name: string): Parameter => ({ name, in: "path", required: true, schema: { type: "string" } });

const ifMatchHeader = (required: boolean): Parameter => ({
  name: "If-Match",
  in: "header",
  required,
  schema: { type: "string", description: "the ETag of the draft" },
});

const idempotencyHeader: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

const queryParameters = (query: TSchema | undefined): Parameter[] =>
  Object.entries((query?.properties ?? {}) as Readonly<Record<string, TSchema>>).map(([name, schema]) => ({
    name,
    in: "query",
    required: (query?.required as readonly string[] | undefined)?.includes(name) ?? false,
    schema,
  }));

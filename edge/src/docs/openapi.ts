import { isJsonObject, type JsonObject, ProblemDetails } from "@dap/contract";
import { ownPaths } from "./own-path";

// Plain data, without the symbols by which TypeBox knows its schemas.
const problemSchema: JsonObject = JSON.parse(JSON.stringify(ProblemDetails));

const problem: JsonObject = {
  description: "A refusal (RFC 9457): programs branch on `code`, people read `detail`.",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

/**
 * One OpenAPI document of the whole public API from those of the services. Paths are unique to a service, so they are joined;
 * component names are kept, the first one wins. Internal paths are left out.
 */
export function mergeOpenApi(documents: readonly unknown[], publicUrl: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  const schemas: Record<string, JsonObject> = {};
  for (const document of [{ paths: ownPaths }, ...documents]) {
    if (!isJsonObject(document)) continue;
    for (const [path, item] of objectEntries(document.paths))
      if (!path.startsWith("/internal")) paths[path.replace(/(.)\/$/, "$1")] = withProblems(item);
    const components = isJsonObject(document.components) ? document.components.schemas : undefined;
    for (const [name, schema] of objectEntries(components)) schemas[name] ??= schema;
  }
  return {
    openapi: "3.0.3",
    info: { title: "dap API", version: "1" },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b))),
    components: {
      schemas: { ...schemas, Problem: problemSchema },
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
    security: [{ bearer: [] }],
  };
}

/** Every operation may be refused, and every refusal looks the same. */
const withProblems = (item: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(item).map(([method, operation]) => [
      method,
      isJsonObject(operation) && isJsonObject(operation.responses)
        ? { ...operation, responses: { default: problem, ...operation.responses } }
        : operation,
    ]),
  );

function objectEntries(value: unknown): [string, JsonObject][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
}

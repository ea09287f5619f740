import { isJsonObject, type JsonObject } from "@dap/contract";

/**
 * One OpenAPI document of the whole public API from those of the services. Paths are unique to a service, so they are joined;
 * component names are kept, the first one wins. Internal paths are left out.
 */
export function mergeOpenApi(documents: readonly unknown[], publicUrl: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  const schemas: Record<string, JsonObject> = {};
  for (const document of documents) {
    if (!isJsonObject(document)) continue;
    for (const [path, item] of objectEntries(document.paths)) if (!path.startsWith("/internal")) paths[path] = item;
    const components = isJsonObject(document.components) ? document.components.schemas : undefined;
    for (const [name, schema] of objectEntries(components)) schemas[name] ??= schema;
  }
  return {
    openapi: "3.0.3",
    info: { title: "dap API", version: "1" },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b))),
    components: { schemas, securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
    security: [{ bearer: [] }],
  };
}

function objectEntries(value: unknown): [string, JsonObject][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
}

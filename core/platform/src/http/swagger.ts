import { swagger } from "@elysiajs/swagger";

/**
 * Serves the OpenAPI document of the routes at `/openapi.json`: `app.use(withSwagger({ title, version, description }))`.
 * Only the document: the page for people is the edge's, with its own assets.
 */
export const withSwagger = (info: {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}) =>
  swagger({
    path: "/openapi",
    specPath: "/openapi.json",
    excludeStaticFile: false,
    exclude: ["/openapi", "/openapi.json", /^\/internal(\/|$)/],
    documentation: {
      info: { ...info, description: info.description ?? "" },
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
      security: [{ bearer: [] }],
    },
  });

import { createHttpApp, withSwagger } from "@dap/platform/http";
import { catalogueRoutes } from "./catalogue/route";
import type { DataDeps } from "./deps";
import type { AnyRoute } from "./http/declare";
import { openApiOf } from "./http/open-api";
import { performRoute } from "./http/perform";
import { internalRoutes, performInternal } from "./internal/route";
import { runRoutes } from "./run/route";
import { startRoutes } from "./run/start-route";
import { stepTestRoutes } from "./run/step-test-route";
import { storedPlans } from "./run/stored-plan";
import { scheduleRoutes } from "./schedule/route";
import { versionRoutes } from "./version/route";
import { approvalRoutes } from "./wait/approval-route";
import { resumeByUrl, resumeMethods } from "./wait/resume";
import { resumeApi } from "./wait/resume-api";
import { draftRoutes } from "./workflow/draft-route";
import { workflowRoutes } from "./workflow/route";

export type { DataDeps } from "./deps";

export const teamPath = "/api/v1/teams/:teamId";

/** Every public route of the service, each with the permission it asks for. */
export function publicRoutes(deps: DataDeps, planOf = storedPlans(deps)): readonly AnyRoute[] {
  return [
    ...workflowRoutes(deps),
    ...draftRoutes(deps),
    ...versionRoutes(deps),
    ...startRoutes(deps, planOf),
    ...runRoutes(deps, planOf),
    ...scheduleRoutes(deps),
    ...approvalRoutes(deps, planOf),
    ...stepTestRoutes(deps),
    ...catalogueRoutes(deps),
  ];
}

/** The service's HTTP interface, without a port. Bodies are read only after a caller was found to be allowed. */
export function createApp(deps: DataDeps) {
  const app = createHttpApp({ name: "data", log: deps.log });
  app.use(
    withSwagger({ title: "dap data", version: "1", description: "Workflows, versions, runs and the step catalogue." }),
  );
  const planOf = storedPlans(deps);
  for (const method of resumeMethods)
    app.route(
      method,
      "/resume/:token",
      ({ request, params }) => resumeByUrl(deps, planOf, request, params.token ?? ""),
      {
        parse: "none",
        detail: { hide: true },
      },
    );
  app.post("/api/v1/resume/:token", ({ request, params }) => resumeByUrl(deps, planOf, request, params.token), {
    parse: "none",
    detail: resumeApi,
  });
  for (const route of publicRoutes(deps, planOf))
    app.route(
      route.method,
      `${teamPath}${route.path}`,
      ({ request, params }: RouteContext) => performRoute(route, request, params, deps),
      { parse: "none", detail: openApiOf(route) },
    );
  for (const route of internalRoutes(deps))
    app.route(
      route.method,
      route.path,
      ({ request, params }: RouteContext) => performInternal(route, request, params, deps),
      { parse: "none", detail: { hide: true } },
    );
  return app;
}

type RouteContext = { readonly request: Request; readonly params: Readonly<Record<string, string>> };

import type { Principal } from "@dap/contract";
import { teamPermissions } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { authorize, requirePrincipal } from "@dap/platform/guard";
import { isUuid } from "@dap/platform/id";
import { Type } from "@sinclair/typebox";
import { type Answer, toResponse } from "./answer";
import { parseWith, readJsonBody } from "./body";
import type { AnyRoute } from "./declare";
import { checkPrecondition } from "./precondition";

export type PerformDeps = {
  readonly authenticate: (request: Request) => Promise<Principal | undefined>;
};

/** The one answer for what is not there and for what is not for you: the two must not be told apart. */
export const notFound = () => new Failure("NOT_FOUND", 404, "There is nothing here.");

const noQuery = Type.Object({}, { additionalProperties: false });

/** Runs the checks that a route declares, in the order of the API's promise, and then the route. */
export async function performRoute(
  route: AnyRoute,
  request: Request,
  params: Readonly<Record<string, string>>,
  { authenticate }: PerformDeps,
): Promise<Response> {
  const principal = requirePrincipal(await authenticate(request));
  const teamId = params.teamId?.toLowerCase() ?? "";
  if (!isUuid(teamId) || !teamPermissions(principal, teamId)) throw notFound();
  const resource = route.find ? await route.find(teamId, params) : undefined;
  if (route.find && resource === undefined) throw notFound();
  authorize(principal, teamId, route.permission);
  const ifMatch = checkPrecondition(request.headers.get("if-match"), route.ifMatch, route.versionOf?.(resource) ?? 0);
  const query = parseWith(
    route.query ?? noQuery,
    Object.fromEntries(new URL(request.url).searchParams),
    "INVALID_QUERY",
  );
  const body = route.body ? parseWith(route.body, (await readJsonBody(request)) ?? {}, "INVALID_BODY") : undefined;
  const answer: Answer = await route.handle({ request, principal, teamId, params, resource, body, query, ifMatch });
  return toResponse(answer);
}

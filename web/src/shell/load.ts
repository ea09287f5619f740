import { type Permission, rolePermissions } from "@dap/contract";
import { listTeams } from "../api/account";
import type { ApiResult } from "../api/client";
import type { Team } from "../api/resource";
import { apiOf } from "./context";

/** The part of a request event that loading needs. */
type LoadEvent = {
  readonly platform: object;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly error: (status: 403 | 404 | 500 | 503, message: string) => Error;
  readonly redirect: (status: 303, url: string) => unknown;
};

/** The value of an answer, or the page that its refusal calls for: login, not found, not allowed, out of reach. */
export function loaded<T>(event: LoadEvent, result: ApiResult<T>): T {
  if (result.kind === "ok") return result.value;
  const { status, problem } = result;
  if (status === 401) throw event.redirect(303, `/login?next=${encodeURIComponent(event.url.pathname)}`);
  throw event.error(status === 403 || status === 404 || status === 503 ? status : 500, problem.detail);
}

export const loadTeams = async (event: LoadEvent): Promise<readonly Team[]> =>
  loaded(event, await listTeams(apiOf(event))).items;

export type TeamPage = {
  readonly team: Team;
  readonly teams: readonly Team[];
  /** What the caller may do here; the services decide, this only hides what they would refuse. */
  readonly can: Readonly<Record<"edit" | "publish" | "run", boolean>>;
};

/** The team named in the address. A team that one is no member of does not exist. */
export async function loadTeam(event: LoadEvent): Promise<TeamPage> {
  const teams = await loadTeams(event);
  const team = teams.find(({ slug }) => slug === event.params.team);
  if (!team) throw event.error(404, "No such team.");
  const may = (permission: Permission) => team.role === undefined || rolePermissions[team.role].has(permission);
  return {
    team,
    teams,
    can: { edit: may("workflow:update"), publish: may("workflow:publish"), run: may("run:start") },
  };
}

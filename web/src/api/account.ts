import type { Api } from "./client";
import type { LoginAnswer, Page, Team } from "./resource";

export type Credentials = { readonly email: string; readonly password: string };

export const register = (api: Api, account: Credentials & { readonly name: string }) =>
  api<unknown>({ method: "POST", path: "/auth/register", body: account });

/** Teams the caller is a member of. */
export const listTeams = (api: Api) => api<Page<Team>>({ path: "/teams" });

/** A one-use ticket to open a realtime connection with. */
export const openTicket = (api: Api) =>
  api<{ ticket: string }>({ method: "POST", path: "/realtime/tickets", body: {} });

export type { LoginAnswer };

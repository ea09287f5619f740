import { type Api, segment } from "./client";
import type { Page, RunDetail, RunListItem, StoredEvent } from "./resource";

const list = (teamId: string) => `/teams/${segment(teamId)}/runs`;

export type RunFilter = { readonly status?: string | undefined; readonly workflowId?: string | undefined };

export const listRuns = (api: Api, teamId: string, filter: RunFilter = {}, cursor?: string) =>
  api<Page<RunListItem>>({ path: list(teamId), query: { ...filter, cursor, limit: 50 } });

export const getRun = (api: Api, teamId: string, runId: string) =>
  api<RunDetail>({ path: `${list(teamId)}/${segment(runId)}` });

/** The stored events after number `after` (0 for all). */
export const listRunEvents = (api: Api, teamId: string, runId: string, after = 0) =>
  api<Page<StoredEvent>>({ path: `${list(teamId)}/${segment(runId)}/events`, query: { after } });

export const cancelRun = (api: Api, teamId: string, runId: string) =>
  api<unknown>({ method: "POST", path: `${list(teamId)}/${segment(runId)}/cancel`, body: {} });

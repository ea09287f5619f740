import { type Api, type ApiResult, segment } from "./client";
import type { Page, RunDetail, RunListItem, StoredEvent } from "./resource";

const list = (teamId: string) => `/teams/${segment(teamId)}/runs`;

export type RunFilter = { readonly status?: string | undefined; readonly workflowId?: string | undefined };

export const listRuns = (api: Api, teamId: string, filter: RunFilter = {}, cursor?: string) =>
  api<Page<RunListItem>>({ path: list(teamId), query: { ...filter, cursor, limit: 50 } });

export const getRun = (api: Api, teamId: string, runId: string) =>
  api<RunDetail>({ path: `${list(teamId)}/${segment(runId)}` });

const eventsPerPage = 200;
const eventsMax = 4_000;

/** The stored events after number `after` (0 for all), page by page; of very long runs the first 4,000. */
export async function listRunEvents(
  api: Api,
  teamId: string,
  runId: string,
  after = 0,
): Promise<ApiResult<Page<StoredEvent>>> {
  const path = `${list(teamId)}/${segment(runId)}/events`;
  const items: StoredEvent[] = [];
  for (;;) {
    const query = { after: items.at(-1)?.seq ?? after, limit: eventsPerPage };
    const page = await api<Page<StoredEvent>>({ path, query });
    if (page.kind === "refused") return page;
    items.push(...page.value.items);
    if (page.value.items.length < eventsPerPage || items.length >= eventsMax) return { ...page, value: { items } };
  }
}

export const cancelRun = (api: Api, teamId: string, runId: string) =>
  api<unknown>({ method: "POST", path: `${list(teamId)}/${segment(runId)}/cancel`, body: {} });

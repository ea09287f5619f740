import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeLoader$ } from "@builder.io/qwik-city";
import { listRuns } from "@dap/web/api/run";
import { getWorkflow } from "@dap/web/api/workflow";
import { RunList } from "@dap/web/run/run-list";
import { apiOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";
import { useTeam } from "../layout";

/** One page of runs, newest first, as the address asks for them. */
export const useRuns = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  const api = apiOf(event);
  const read = (name: string) => event.url.searchParams.get(name) ?? undefined;
  const filter = { status: read("status"), workflowId: read("workflowId") };
  const place = filter.workflowId === undefined ? undefined : { teamId: team.id, workflowId: filter.workflowId };
  const [page, workflow] = await Promise.all([
    listRuns(api, team.id, filter, read("cursor")),
    place && getWorkflow(api, place),
  ]);
  const { items, nextCursor } = loaded(event, page);
  const isFirstPage = read("cursor") === undefined;
  const workflowName = workflow?.kind === "ok" ? workflow.value.name : null;
  return { filter, items, nextCursor: nextCursor ?? null, isFirstPage, workflowName, nowMs: Date.now() };
});

const filters = [
  ["", "All"],
  ["running", "Running"],
  ["waiting", "Waiting"],
  ["failed", "Failed"],
  ["succeeded", "Succeeded"],
  ["cancelled", "Cancelled"],
] as const;

export default component$(() => {
  const { team } = useTeam().value;
  const { filter, items, nextCursor, isFirstPage, workflowName, nowMs } = useRuns().value;
  const hrefOf = (status: string, cursor?: string) => {
    const query = new URLSearchParams();
    if (status) query.set("status", status);
    if (filter.workflowId) query.set("workflowId", filter.workflowId);
    if (cursor) query.set("cursor", cursor);
    return `/t/${team.slug}/runs${query.size > 0 ? `?${query}` : ""}`;
  };
  return (
    <div class="page">
      <RunList
        teamId={team.id}
        base={`/t/${team.slug}`}
        items={items}
        filter={filter}
        isLive={isFirstPage}
        workflowName={workflowName}
        nowMs={nowMs}
      >
        <nav class="filters" aria-label="Runs by status" q:slot="filters">
          {filters.map(([status, label]) => (
            <a
              key={status}
              class="filter"
              href={hrefOf(status)}
              aria-current={(filter.status ?? "") === status ? "true" : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
      </RunList>
      {nextCursor && (
        <p class="more">
          <a class="button" href={hrefOf(filter.status ?? "", nextCursor)}>
            Older runs
          </a>
        </p>
      )}
    </div>
  );
});

export const head: DocumentHead = { title: "Runs" };

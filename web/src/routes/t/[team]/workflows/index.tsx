import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeLoader$ } from "@builder.io/qwik-city";
import { listRuns } from "@dap/web/api/run";
import { listWorkflows } from "@dap/web/api/workflow";
import { apiOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";
import { EmptyState } from "@dap/web/ui/empty-state";
import { Icon } from "@dap/web/ui/icon";
import { type WorkflowRow, WorkflowTable } from "@dap/web/ui/workflow-table";
import { useTeam } from "../layout";

/** One page of workflows, each with its newest run among the team's newest runs. */
export const useWorkflows = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  const api = apiOf(event);
  const cursor = event.url.searchParams.get("cursor") ?? undefined;
  const [page, runs] = await Promise.all([listWorkflows(api, team.id, cursor), listRuns(api, team.id)]);
  const recent = runs.kind === "ok" ? runs.value.items : [];
  const { items, nextCursor } = loaded(event, page);
  const rows = items.map((item): WorkflowRow => {
    const last = recent.find(({ workflowId }) => workflowId === item.id);
    const { id, name, activeVersion, paused, updatedAt, problemCount } = item;
    const run = last && { id: last.id, status: last.status, createdAt: last.createdAt };
    const nextAt = item.schedule?.nextAt ?? undefined;
    return { id, name, activeVersion, paused, updatedAt, problemCount, run, nextAt };
  });
  return { rows, nextCursor: nextCursor ?? null, nowMs: Date.now() };
});

export default component$(() => {
  const { team, can } = useTeam().value;
  const { rows, nextCursor, nowMs } = useWorkflows().value;
  const base = `/t/${team.slug}`;
  return (
    <div class="page">
      <div class="page__head">
        <h1>Workflows</h1>
        {can.edit && rows.length > 0 && (
          <a class="button button--primary" href={`${base}/workflows/new`}>
            <Icon name="add" />
            New workflow
          </a>
        )}
      </div>
      {rows.length === 0 ? (
        <EmptyState
          icon="flow"
          title="No workflows yet"
          text="A workflow waits for a call, does its steps one by one, and never forgets where it was. The first takes two minutes."
        >
          {can.edit && (
            <a class="button button--primary" href={`${base}/workflows/new`}>
              <Icon name="add" />
              Make the first one
            </a>
          )}
        </EmptyState>
      ) : (
        <WorkflowTable rows={rows} base={base} nowMs={nowMs} />
      )}
      {nextCursor && (
        <p class="more">
          <a class="button" href={`?cursor=${encodeURIComponent(nextCursor)}`}>
            Older workflows
          </a>
        </p>
      )}
    </div>
  );
});

export const head: DocumentHead = { title: "Workflows" };

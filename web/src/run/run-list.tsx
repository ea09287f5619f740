import { component$, Slot, useSignal, useVisibleTask$ } from "@builder.io/qwik";
import type { RunListItem } from "../api/resource";
import { listRuns, type RunFilter } from "../api/run";
import type { LinkState } from "../live/link";
import { browserApi, pageLink } from "../live/page-link";
import { teamRunsTopic } from "../live/topic";
import { Badge } from "../ui/badge";
import { EmptyState } from "../ui/empty-state";
import { hasEnded, runLook } from "../ui/status";
import { ago, duration } from "../ui/time";
import { withRun } from "./list-model";

type RunListProps = {
  readonly teamId: string;
  readonly base: string;
  readonly items: readonly RunListItem[];
  readonly filter: RunFilter;
  /** Only the first page follows new runs. */
  readonly isLive: boolean;
  readonly workflowName: string | null;
  readonly nowMs: number;
};

/** Runs, newest first, changing as they change. */
export const RunList = component$<RunListProps>((props) => {
  const items = useSignal<readonly RunListItem[]>(props.items);
  const nowMs = useSignal(props.nowMs);
  const state = useSignal<LinkState>("connecting");
  const said = useSignal("");

  useVisibleTask$(({ cleanup }) => {
    const { teamId, filter, isLive } = props;
    if (!isLive) return;
    const show = (next: readonly RunListItem[]) => {
      items.value = next;
      nowMs.value = Date.now();
    };
    const leave = pageLink().subscribe({
      topic: teamRunsTopic(teamId),
      after: 0,
      onState: (now) => {
        state.value = now;
      },
      onMessage: (message) => {
        if (message.kind !== "runChanged") return;
        show(withRun(items.value, message.run, filter));
        if (hasEnded(message.run.status))
          said.value = `${message.run.workflowName}: ${runLook(message.run.status).label.toLowerCase()}`;
      },
      onGap: async () => {
        const page = await listRuns(browserApi, teamId, filter);
        if (page.kind === "ok") show(page.value.items);
      },
    });
    const tick = setInterval(() => {
      nowMs.value = Date.now();
    }, 30_000);
    cleanup(() => {
      leave();
      clearInterval(tick);
    });
  });

  return (
    <>
      <div class="page__head">
        <h1>{props.workflowName ? `Runs of ${props.workflowName}` : "Runs"}</h1>
        {props.isLive && (
          <p class={["live", state.value === "live" && "live--on"]}>
            <span class="live__dot" />
            {state.value === "live" ? "Live" : state.value === "offline" ? "Reconnecting" : "Connecting"}
          </p>
        )}
      </div>
      <Slot name="filters" />
      <p class="sr-only" role="status">
        {said.value}
      </p>
      {items.value.length === 0 ? (
        <EmptyState
          icon="run"
          title="No runs here"
          text="Runs appear here the moment a workflow is called. Nothing to refresh."
        >
          <a class="button" href={`${props.base}/workflows`}>
            To the workflows
          </a>
        </EmptyState>
      ) : (
        <RunTable items={items.value} base={props.base} nowMs={nowMs.value} />
      )}
    </>
  );
});

type RunTableProps = { readonly items: readonly RunListItem[]; readonly base: string; readonly nowMs: number };

const RunTable = component$<RunTableProps>(({ items, base, nowMs }) => (
  <div class="card table-card">
    <table class="list list--run">
      <thead>
        <tr>
          <th scope="col">Workflow</th>
          <th scope="col">Status</th>
          <th scope="col">Trigger</th>
          <th scope="col">Started</th>
          <th scope="col" class="list__end">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((run) => (
          <tr key={run.id}>
            <td class="list__main">
              <a class="list__link" href={`${base}/runs/${run.id}`}>
                {run.workflowName ?? "Workflow"}
              </a>
              <span class="list__sub mono">{run.id.slice(-12)}</span>
            </td>
            <td>
              <Badge look={runLook(run.status)} />
            </td>
            <td class="small soft">
              {run.trigger}
              <span class="faint"> · {run.version > 0 ? `v${run.version}` : "draft"}</span>
            </td>
            <td class="small soft">
              <time dateTime={run.createdAt}>{ago(Date.parse(run.createdAt), nowMs)}</time>
            </td>
            <td class="small soft num list__end">{tookOf(run)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
));

const tookOf = ({ createdAt, endedAt }: RunListItem): string =>
  endedAt ? duration(Date.parse(endedAt) - Date.parse(createdAt)) : "…";

import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$, routeLoader$ } from "@builder.io/qwik-city";
import { cancelRun, getRun, listRunEvents } from "@dap/web/api/run";
import { useTeam } from "@dap/web/routes/t/[team]/layout";
import { RunInspector } from "@dap/web/run/run-inspector";
import { apiOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";

/** The run as it stands; the page goes on from here by itself. */
export const useRun = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  const api = apiOf(event);
  const runId = event.params.runId ?? "";
  // Events first: the run read after them knows at least as much, and nothing falls between the two.
  const events = await listRunEvents(api, team.id, runId);
  const detail = loaded(event, await getRun(api, team.id, runId));
  return { state: { detail, events: events.kind === "ok" ? events.value.items : [] }, nowMs: Date.now() };
});

/** Cancelling without scripts. */
export const useCancel = routeAction$(async (_, event) => {
  const { team } = await loadTeam(event);
  const answer = await cancelRun(apiOf(event), team.id, event.params.runId ?? "");
  if (answer.kind === "refused") return event.fail(answer.status, { detail: answer.problem.detail });
  throw event.redirect(303, event.url.pathname);
});

export default component$(() => {
  const { team, can } = useTeam().value;
  const { state, nowMs } = useRun().value;
  const cancel = useCancel();
  return (
    <div class="page page--wide">
      <RunInspector
        teamId={team.id}
        base={`/t/${team.slug}`}
        state={state}
        nowMs={nowMs}
        canCancel={can.run}
        cancelAction={cancel.actionPath}
      />
    </div>
  );
});

export const head: DocumentHead = ({ resolveValue }) => ({
  title: `Run of ${resolveValue(useRun).state.detail.workflowName}`,
});

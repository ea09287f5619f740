import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeLoader$ } from "@builder.io/qwik-city";
import { getWorkflow } from "@dap/web/api/workflow";
import { useTeam } from "@dap/web/routes/t/[team]/layout";
import { apiOf, contextOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";
import { CopyRow } from "@dap/web/ui/copy-button";
import { EmptyState } from "@dap/web/ui/empty-state";
import { WorkflowBar } from "@dap/web/ui/workflow-bar";
import { WorkflowPreview } from "@dap/web/ui/workflow-preview";

export const useShare = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  const workflow = loaded(
    event,
    await getWorkflow(apiOf(event), { teamId: team.id, workflowId: event.params.id ?? "" }),
  );
  const { id, name, activeVersion, paused } = workflow;
  return { id, name, activeVersion, paused, teamId: team.id, origin: contextOf(event).publicOrigin };
});

export default component$(() => {
  const { team } = useTeam().value;
  const { id, name, activeVersion, paused, teamId, origin } = useShare().value;
  const base = `/t/${team.slug}`;
  const script = `<script type="module" src="${origin}/component/dap-workflow.js"></script>`;
  const element = `<dap-workflow src="${origin}" team="${teamId}" workflow="${id}"></dap-workflow>`;
  return (
    <>
      <WorkflowBar base={base} id={id} name={name} state={{ activeVersion, paused }} tab="share" />
      <div class="page page--narrow stack">
        {activeVersion === null ? (
          <EmptyState
            icon="send"
            title="Publish it first"
            text="A published workflow can be put on any page: its form, its progress and its result."
          >
            <a class="button button--primary" href={`${base}/workflows/${id}`}>
              To the draft
            </a>
          </EmptyState>
        ) : (
          <>
            <section class="card setting">
              <h2>On your own site</h2>
              <p class="soft">
                Two lines put the workflow's form on a page, with its live progress and result. Give the element's
                <code> getToken </code> property a function that fetches an access token from your server. Whoever runs
                this instance names your site in <code>EMBED_ORIGINS</code>.
              </p>
              <CopyRow text={script} label="script" isLong />
              <CopyRow text={element} label="element" isLong />
            </section>
            <section class="stack">
              <h2>How it looks</h2>
              <p class="soft">This is the element itself: what is sent here starts a real run, as you.</p>
              <WorkflowPreview teamId={teamId} workflowId={id} />
            </section>
          </>
        )}
      </div>
    </>
  );
});

export const head: DocumentHead = ({ resolveValue }) => ({ title: `Share ${resolveValue(useShare).name}` });

import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$, routeLoader$ } from "@builder.io/qwik-city";
import { draftEtag, getWorkflow, saveDraft } from "@dap/web/api/workflow";
import { Editor } from "@dap/web/builder/view/editor";
import { useTeam } from "@dap/web/routes/t/[team]/layout";
import { apiOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";

export const useWorkflow = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  return loaded(event, await getWorkflow(apiOf(event), { teamId: team.id, workflowId: event.params.id ?? "" }));
});

/** Saving without scripts: on top of the draft as it is now. */
export const useSave = routeAction$(async (data, event) => {
  const { team } = await loadTeam(event);
  const place = { teamId: team.id, workflowId: event.params.id ?? "" };
  const current = loaded(event, await getWorkflow(apiOf(event), place));
  let document: unknown;
  try {
    document = JSON.parse(String(data.document));
  } catch {
    return event.fail(422, { detail: "The document is not valid JSON." });
  }
  const answer = await saveDraft(apiOf(event), place, document, draftEtag(current));
  if (answer.kind === "refused") return event.fail(answer.status, { detail: answer.problem.detail });
  throw event.redirect(303, event.url.pathname);
});

export default component$(() => {
  const { team, can } = useTeam().value;
  const workflow = useWorkflow().value;
  const save = useSave();
  return (
    <div class="page page--full">
      {save.value?.failed && (
        <p class="notice tone-bad" role="alert">
          {save.value.detail}
        </p>
      )}
      <Editor workflow={workflow} base={`/t/${team.slug}`} can={can} saveAction={save.actionPath} />
    </div>
  );
});

export const head: DocumentHead = ({ resolveValue }) => ({ title: resolveValue(useWorkflow).name });

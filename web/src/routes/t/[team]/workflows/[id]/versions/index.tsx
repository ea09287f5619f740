import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$, routeLoader$, z, zod$ } from "@builder.io/qwik-city";
import { getWorkflow, listVersions, rollBack } from "@dap/web/api/workflow";
import { useTeam } from "@dap/web/routes/t/[team]/layout";
import { apiOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";
import { EmptyState } from "@dap/web/ui/empty-state";
import { FormError } from "@dap/web/ui/form";
import { Icon } from "@dap/web/ui/icon";
import { ago } from "@dap/web/ui/time";
import { WorkflowBar } from "@dap/web/ui/workflow-bar";

export const useVersions = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  const api = apiOf(event);
  const place = { teamId: team.id, workflowId: event.params.id ?? "" };
  const [workflow, versions] = await Promise.all([getWorkflow(api, place), listVersions(api, place)]);
  const { id, name, activeVersion, paused } = loaded(event, workflow);
  return { id, name, activeVersion, paused, items: loaded(event, versions).items, nowMs: Date.now() };
});

/** An older version answers again; nothing is deleted. */
export const useRollBack = routeAction$(
  async ({ version }, event) => {
    const { team } = await loadTeam(event);
    const answer = await rollBack(apiOf(event), { teamId: team.id, workflowId: event.params.id ?? "" }, version);
    if (answer.kind === "refused") return event.fail(answer.status, { detail: answer.problem.detail });
    throw event.redirect(303, event.url.pathname);
  },
  zod$({ version: z.coerce.number().int().positive() }),
);

export default component$(() => {
  const { team, can } = useTeam().value;
  const { id, name, activeVersion, paused, items, nowMs } = useVersions().value;
  const action = useRollBack();
  const base = `/t/${team.slug}`;
  return (
    <>
      <WorkflowBar base={base} id={id} name={name} state={{ activeVersion, paused }} tab="versions" />
      <div class="page">
        <FormError text={action.value?.failed ? action.value.detail : undefined} />
        {items.length === 0 ? (
          <EmptyState
            icon="history"
            title="Nothing published yet"
            text="Publishing keeps the document as a version that never changes. Every run belongs to one."
          >
            <a class="button button--primary" href={`${base}/workflows/${id}`}>
              To the draft
            </a>
          </EmptyState>
        ) : (
          <ol class="card versions">
            {items.map(({ version, note, createdAt, active }) => (
              <li key={version} class="version">
                <span class="version__number num">v{version}</span>
                <div class="version__body">
                  <p class={note ? "" : "faint"}>{note || "No note"}</p>
                  <p class="small faint">{ago(Date.parse(createdAt), nowMs)}</p>
                </div>
                {active ? (
                  <span class="badge tone-good">
                    <Icon name="bolt" />
                    Answers now
                  </span>
                ) : (
                  can.publish && (
                    <form method="post" action={action.actionPath}>
                      <input type="hidden" name="version" value={version} />
                      <button class="button button--small" type="submit">
                        <Icon name="history" />
                        Roll back<span class="sr-only"> to version {version}</span>
                      </button>
                    </form>
                  )
                )}
              </li>
            ))}
          </ol>
        )}
      </div>
    </>
  );
});

export const head: DocumentHead = ({ resolveValue }) => ({ title: `Versions of ${resolveValue(useVersions).name}` });

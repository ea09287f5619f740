import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$, routeLoader$, z, zod$ } from "@builder.io/qwik-city";
import {
  deleteWorkflow,
  exportPath,
  getWorkflow,
  pauseWorkflow,
  resumeWorkflow,
  rotateEndpoint,
} from "@dap/web/api/workflow";
import { inputSchemaOf, sampleOf } from "@dap/web/builder/document/sample";
import { HowToCall } from "@dap/web/builder/view/publish-dialog";
import { useTeam } from "@dap/web/routes/t/[team]/layout";
import { apiOf } from "@dap/web/shell/context";
import { loaded, loadTeam } from "@dap/web/shell/load";
import { FormError } from "@dap/web/ui/form";
import { Icon } from "@dap/web/ui/icon";
import { WorkflowBar } from "@dap/web/ui/workflow-bar";

export const useSettings = routeLoader$(async (event) => {
  const { team } = await loadTeam(event);
  const place = { teamId: team.id, workflowId: event.params.id ?? "" };
  const workflow = loaded(event, await getWorkflow(apiOf(event), place));
  const { id, name, activeVersion, paused, endpoint, draft } = workflow;
  const sample = sampleOf(inputSchemaOf(JSON.parse(JSON.stringify(draft))));
  return { id, name, activeVersion, paused, endpoint, sample, exportHref: `/session/api${exportPath(place)}` };
});

const acts = { pause: pauseWorkflow, resume: resumeWorkflow, rotate: rotateEndpoint, delete: deleteWorkflow } as const;

/** Pause, resume, a new address, or deletion. */
export const useAct = routeAction$(
  async ({ act }, event) => {
    const { team } = await loadTeam(event);
    const answer = await acts[act](apiOf(event), { teamId: team.id, workflowId: event.params.id ?? "" });
    if (answer.kind === "refused") return event.fail(answer.status, { detail: answer.problem.detail });
    throw event.redirect(303, act === "delete" ? `/t/${team.slug}/workflows` : event.url.pathname);
  },
  zod$({ act: z.enum(["pause", "resume", "rotate", "delete"]) }),
);

export default component$(() => {
  const { team, can } = useTeam().value;
  const { id, name, activeVersion, paused, endpoint, sample, exportHref } = useSettings().value;
  const act = useAct();
  return (
    <>
      <WorkflowBar base={`/t/${team.slug}`} id={id} name={name} state={{ activeVersion, paused }} tab="settings" />
      <div class="page page--narrow stack settings">
        <FormError text={act.value?.failed ? act.value.detail : undefined} />
        <section class="card setting">
          <h2>How it is called</h2>
          {endpoint ? (
            <HowToCall endpoint={endpoint} sample={sample} />
          ) : (
            <p class="soft">It has no address yet. A workflow with a webhook gets one when it is published.</p>
          )}
          {endpoint && can.publish && (
            <details>
              <summary>New address</summary>
              <form class="stack" method="post" action={act.actionPath}>
                <p class="small soft">
                  The address above stops working at once. Everybody who calls it needs the new one.
                </p>
                <input type="hidden" name="act" value="rotate" />
                <p>
                  <button class="button button--danger" type="submit">
                    <Icon name="rotate" />
                    Replace the address
                  </button>
                </p>
              </form>
            </details>
          )}
        </section>
        {activeVersion !== null && can.publish && (
          <section class="card setting setting--row">
            <div>
              <h2>{paused ? "Paused" : "Pause"}</h2>
              <p class="small soft">
                {paused
                  ? "Calls are refused. Runs that had started went on."
                  : "New calls are refused; runs that are going finish."}
              </p>
            </div>
            <form method="post" action={act.actionPath}>
              <input type="hidden" name="act" value={paused ? "resume" : "pause"} />
              <button class="button" type="submit">
                <Icon name={paused ? "play" : "pause"} />
                {paused ? "Resume" : "Pause"}
              </button>
            </form>
          </section>
        )}
        <section class="card setting setting--row">
          <div>
            <h2>Export</h2>
            <p class="small soft">The draft as a file. It can be imported here or elsewhere.</p>
          </div>
          <a class="button" href={exportHref} download>
            <Icon name="download" />
            Export
          </a>
        </section>
        {can.edit && (
          <section class="card setting">
            <h2>Delete</h2>
            <details>
              <summary>Delete this workflow</summary>
              <form class="stack" method="post" action={act.actionPath}>
                <p class="small soft">Its address stops working and it leaves the list. This cannot be undone.</p>
                <input type="hidden" name="act" value="delete" />
                <label class="row small">
                  <input type="checkbox" required />
                  Yes, delete {name}
                </label>
                <p>
                  <button class="button button--danger" type="submit">
                    <Icon name="trash" />
                    Delete for good
                  </button>
                </p>
              </form>
            </details>
          </section>
        )}
      </div>
    </>
  );
});

export const head: DocumentHead = ({ resolveValue }) => ({ title: `Settings of ${resolveValue(useSettings).name}` });

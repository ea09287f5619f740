import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$ } from "@builder.io/qwik-city";
import { createWorkflow } from "@dap/web/api/workflow";
import { readNewDocument } from "@dap/web/builder/new-document";
import { templates } from "@dap/web/builder/template";
import { apiOf } from "@dap/web/shell/context";
import { loadTeam } from "@dap/web/shell/load";
import { FormError } from "@dap/web/ui/form";
import { Icon } from "@dap/web/ui/icon";

/** Makes a workflow from a template, or from a document that was pasted or chosen as a file. */
export const useCreate = routeAction$(async (data, event) => {
  const made = await readNewDocument(data);
  if (made.kind === "refused") return event.fail(422, { detail: made.message, problems: [] as string[] });
  const { team } = await loadTeam(event);
  const answer = await createWorkflow(apiOf(event), team.id, made.document);
  if (answer.kind === "refused") {
    const problems = (answer.problem.problems ?? []).map(({ path, message }) => `${path || "/"}: ${message}`);
    return event.fail(answer.status, { detail: answer.problem.detail, problems: problems.slice(0, 20) });
  }
  throw event.redirect(303, `/t/${team.slug}/workflows/${answer.value.id}`);
});

export default component$(() => {
  const create = useCreate();
  const failed = create.value?.failed ? create.value : undefined;
  const given = (name: string) => create.formData?.get(name)?.toString();
  return (
    <div class="page page--narrow stack">
      <div>
        <a class="back" href="../workflows">
          <Icon name="arrowLeft" />
          Workflows
        </a>
        <h1>New workflow</h1>
      </div>
      <FormError text={failed?.detail} />
      {failed && failed.problems.length > 0 && (
        <ul class="plain-problems small">
          {failed.problems.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <form class="stack" method="post" action={create.actionPath} enctype="multipart/form-data">
        <div class="field">
          <label class="field__label" for="name">
            Name
          </label>
          <input
            class="input"
            id="name"
            name="name"
            type="text"
            maxLength={200}
            autocomplete="off"
            value={given("name")}
          />
          <p class="field__hint">For example: Order to chat. You can change it at any time.</p>
        </div>
        <fieldset class="field">
          <legend class="field__label">Start from</legend>
          <div class="choices">
            {templates.map(({ id, title, text }, index) => (
              <label key={id} class="choice">
                <input
                  type="radio"
                  name="template"
                  value={id}
                  checked={(given("template") ?? templates[0]?.id) === id || (index === 0 && !given("template"))}
                />
                <span class="choice__body">
                  <span class="choice__title">{title}</span>
                  <span class="choice__text">{text}</span>
                </span>
              </label>
            ))}
            <label class="choice">
              <input type="radio" name="template" value="file" checked={given("template") === "file"} />
              <span class="choice__body">
                <span class="choice__title">Import a document</span>
                <span class="choice__text">A file exported here or elsewhere, or text that you paste.</span>
              </span>
            </label>
          </div>
        </fieldset>
        <div class="import stack">
          <div class="field">
            <label class="field__label" for="file">
              Document file
            </label>
            <input class="input" id="file" name="file" type="file" accept="application/json,.json" />
          </div>
          <div class="field">
            <label class="field__label" for="text">
              or its text
            </label>
            <textarea
              class="input input--code"
              id="text"
              name="text"
              rows={8}
              spellcheck={false}
              value={given("text") ?? ""}
            />
          </div>
        </div>
        <div class="row">
          <button class="button button--primary" type="submit">
            Create workflow
          </button>
          <a class="button button--quiet" href="../workflows">
            Cancel
          </a>
        </div>
      </form>
    </div>
  );
});

export const head: DocumentHead = { title: "New workflow" };

import { $, component$, type QRL, type Signal, useSignal } from "@builder.io/qwik";
import type { Json } from "@dap/contract";
import type { Endpoint } from "@dap/web/api/resource";
import { publishWorkflow, type WorkflowPlace } from "@dap/web/api/workflow";
import { browserApi } from "@dap/web/live/page-link";
import { CopyRow } from "@dap/web/ui/copy-button";
import { Icon } from "@dap/web/ui/icon";
import { curlFor } from "../document/curl";
import type { PlacedProblem } from "./problem";

export type Published = { readonly version: number; readonly endpoint: Endpoint | null };

type PublishDialogProps = {
  readonly dialog: Signal<HTMLDialogElement | undefined>;
  readonly place: WorkflowPlace;
  readonly problems: readonly PlacedProblem[];
  readonly activeVersion: number | null;
  readonly sampleInput: Json;
  readonly save$: QRL<() => Promise<boolean>>;
  readonly onPublished$: QRL<(published: Published) => void>;
  readonly onProblems$: QRL<() => void>;
};

/** Asks once, publishes, and shows how the workflow is called from now on. */
export const PublishDialog = component$<PublishDialogProps>((props) => {
  const note = useSignal("");
  const failure = useSignal("");
  const isBusy = useSignal(false);
  const published = useSignal<Published>();
  const errors = props.problems.filter(({ severity }) => severity === "error");
  const warnings = props.problems.length - errors.length;

  const publish = $(async () => {
    failure.value = "";
    isBusy.value = true;
    const isSaved = await props.save$();
    const answer = isSaved ? await publishWorkflow(browserApi, props.place, note.value.trim()) : undefined;
    isBusy.value = false;
    if (!answer) failure.value = "The draft could not be saved, so nothing was published.";
    else if (answer.kind === "refused")
      failure.value = [
        answer.problem.detail,
        ...(answer.problem.problems ?? []).slice(0, 5).map(({ message }) => message),
      ].join(" ");
    else {
      published.value = answer.value;
      note.value = "";
      await props.onPublished$(answer.value);
    }
  });

  return (
    <dialog
      class="dialog"
      ref={props.dialog}
      aria-labelledby="publish-title"
      onClose$={() => {
        published.value = undefined;
        failure.value = "";
      }}
    >
      <form class="dialog__body" method="dialog">
        {published.value ? (
          <>
            <div class="row">
              <span class="side-empty__icon tone-good">
                <Icon name="check" />
              </span>
              <h2 id="publish-title">Version {published.value.version} is live</h2>
            </div>
            {published.value.endpoint ? (
              <HowToCall endpoint={published.value.endpoint} sample={props.sampleInput} />
            ) : (
              <p class="soft">It is started by hand: use Run published in the Test panel.</p>
            )}
            <div class="dialog__foot">
              <button class="button button--primary" type="submit">
                Done
              </button>
            </div>
          </>
        ) : errors.length > 0 ? (
          <>
            <h2 id="publish-title">
              {errors.length === 1 ? "One problem is in the way" : `${errors.length} problems are in the way`}
            </h2>
            <ul class="plain-problems small">
              {errors.slice(0, 6).map((problem, index) => (
                <li key={index}>
                  Line {problem.line}: {problem.message}
                </li>
              ))}
            </ul>
            <div class="dialog__foot">
              <button class="button" type="submit">
                Close
              </button>
              <button class="button button--primary" type="submit" onClick$={props.onProblems$}>
                Show the problems
              </button>
            </div>
          </>
        ) : (
          <>
            <h2 id="publish-title">
              {props.activeVersion === null ? "Publish this workflow?" : "Publish a new version?"}
            </h2>
            <p class="soft">
              {props.activeVersion === null
                ? "The workflow gets its address and answers calls from then on. A published version never changes."
                : "New calls get the new version at once. Runs that are going finish with the version they started with."}
              {warnings > 0 &&
                ` There ${warnings === 1 ? "is 1 warning" : `are ${warnings} warnings`}, which do not prevent it.`}
            </p>
            <div class="field">
              <label class="field__label" for="note">
                Note <span class="faint">(optional)</span>
              </label>
              <input
                class="input"
                id="note"
                type="text"
                maxLength={500}
                autocomplete="off"
                placeholder="What has changed"
                bind:value={note}
              />
            </div>
            {failure.value !== "" && (
              <div class="notice tone-bad" role="alert">
                <Icon name="warning" />
                <p class="notice__body">{failure.value}</p>
              </div>
            )}
            <div class="dialog__foot">
              <button class="button" type="submit">
                Not yet
              </button>
              <button
                class="button button--primary"
                type="button"
                id="publish-now"
                disabled={isBusy.value}
                onClick$={publish}
              >
                <Icon name={isBusy.value ? "spinner" : "bolt"} spin={isBusy.value} />
                Publish
              </button>
            </div>
          </>
        )}
      </form>
    </dialog>
  );
});

/** The address of a workflow and a command that calls it. */
export const HowToCall = component$<{ endpoint: Endpoint; sample: Json }>(({ endpoint, sample }) => (
  <div class="stack">
    <div class="field">
      <span class="field__label">Address</span>
      <CopyRow text={endpoint.url} label="address of the webhook" />
    </div>
    <div class="field">
      <span class="field__label">Try it</span>
      <CopyRow text={curlFor(endpoint.url, sample)} label="command that calls it" isLong />
    </div>
  </div>
));

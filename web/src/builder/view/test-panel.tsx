import { $, component$, type QRL, useSignal, useTask$, useVisibleTask$ } from "@builder.io/qwik";
import { isBrowser } from "@builder.io/qwik/build";
import { startRun, type WorkflowPlace } from "@dap/web/api/workflow";
import { browserApi, pageLink } from "@dap/web/live/page-link";
import { followRun } from "@dap/web/run/follow";
import type { RunState } from "@dap/web/run/model";
import { RunDetails } from "@dap/web/run/run-detail";
import { Timeline, wholeRun } from "@dap/web/run/run-view";
import { Badge } from "@dap/web/ui/badge";
import { Icon } from "@dap/web/ui/icon";
import { runLook } from "@dap/web/ui/status";

type TestPanelProps = {
  readonly place: WorkflowPlace;
  readonly base: string;
  readonly sample: string;
  readonly canRunPublished: boolean;
  /** Saves the draft first; false when it cannot be saved. */
  readonly save$: QRL<() => Promise<boolean>>;
};

/** Runs the draft, or the published version, with an input that can be edited, and shows the run as it happens. */
export const TestPanel = component$<TestPanelProps>((props) => {
  const input = useSignal(props.sample);
  const isTouched = useSignal(false);
  const runId = useSignal("");
  const state = useSignal<RunState>();
  const nowMs = useSignal(0);
  const selected = useSignal(wholeRun);
  const failure = useSignal("");
  const isStarting = useSignal(false);

  // The prefilled input follows the schema until somebody types into it.
  useTask$(({ track }) => {
    const sample = track(() => props.sample);
    if (!isTouched.value) input.value = sample;
  });

  useVisibleTask$(({ track, cleanup }) => {
    const id = track(runId);
    if (!isBrowser || id === "") return;
    const stop = followRun(
      {
        teamId: props.place.teamId,
        runId: id,
        known: undefined,
        onState: (next) => {
          state.value = next;
          nowMs.value = Date.now();
        },
        onFailure: (detail) => {
          failure.value = detail;
        },
      },
      { api: browserApi, link: pageLink(), later: (act, delayMs) => void setTimeout(act, delayMs) },
    );
    const tick = setInterval(() => {
      if (state.value?.detail.endedAt) clearInterval(tick);
      else nowMs.value = Date.now();
    }, 250);
    cleanup(() => {
      stop();
      clearInterval(tick);
    });
  });

  const run = $(async (draft: boolean) => {
    failure.value = "";
    let value: Parameters<typeof startRun>[2];
    try {
      value = JSON.parse(input.value.trim() === "" ? "null" : input.value);
    } catch (error) {
      failure.value = `The input is not JSON. ${error instanceof Error ? error.message : ""}`;
      return;
    }
    isStarting.value = true;
    const isSaved = draft ? await props.save$() : true;
    const answer = isSaved ? await startRun(browserApi, props.place, value, draft) : undefined;
    isStarting.value = false;
    if (!answer)
      failure.value = "The draft could not be saved, so there is nothing to run. Look at the problems first.";
    else if (answer.kind === "refused")
      failure.value = [
        answer.problem.detail,
        ...(answer.problem.problems ?? []).slice(0, 5).map(({ path, message }) => `${path} ${message}`),
      ].join(" ");
    else {
      state.value = undefined;
      selected.value = wholeRun;
      runId.value = answer.value.runId;
    }
  });

  return (
    <div class="test">
      <div class="field">
        <label class="field__label" for="test-input">
          Input
        </label>
        <textarea
          class="input input--code"
          id="test-input"
          rows={7}
          spellcheck={false}
          autocapitalize="off"
          value={input.value}
          onInput$={(_, area) => {
            isTouched.value = true;
            input.value = area.value;
          }}
        />
      </div>
      <div class="row">
        <button
          class="button button--primary"
          type="button"
          id="run-draft"
          disabled={isStarting.value}
          onClick$={() => run(true)}
        >
          <Icon name="play" />
          Run the draft
        </button>
        {props.canRunPublished && (
          <button class="button" type="button" disabled={isStarting.value} onClick$={() => run(false)}>
            Run published
          </button>
        )}
      </div>
      {failure.value !== "" && (
        <div class="notice tone-bad" role="alert">
          <Icon name="warning" />
          <p class="notice__body">{failure.value}</p>
        </div>
      )}
      {state.value && (
        <section class="test__run" aria-label="Test run">
          <div class="row test__head">
            <span role="status">
              <Badge look={runLook(state.value.detail.status)} />
            </span>
            <a class="small" href={`${props.base}/runs/${state.value.detail.id}`}>
              Open the run
            </a>
          </div>
          <Timeline
            state={state.value}
            nowMs={nowMs.value}
            selected={selected.value}
            onSelect$={(stepKey) => {
              selected.value = stepKey;
            }}
          />
          <RunDetails state={state.value} selected={selected.value} />
        </section>
      )}
    </div>
  );
});

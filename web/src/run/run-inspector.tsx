import { $, component$, useSignal, useVisibleTask$ } from "@builder.io/qwik";
import { cancelRun } from "../api/run";
import type { LinkState } from "../live/link";
import { browserApi, pageLink } from "../live/page-link";
import { Badge } from "../ui/badge";
import { Icon } from "../ui/icon";
import { hasEnded, runLook } from "../ui/status";
import { ago, duration } from "../ui/time";
import { followRun } from "./follow";
import type { RunState } from "./model";
import { RunDetails } from "./run-detail";
import { Timeline, wholeRun } from "./run-view";

type InspectorProps = {
  readonly teamId: string;
  readonly base: string;
  readonly state: RunState;
  readonly nowMs: number;
  readonly canCancel: boolean;
  /** Where the form goes without scripts. */
  readonly cancelAction: string;
};

/** One run, as it happens: its timeline, and what went in and out of the step that is selected. */
export const RunInspector = component$<InspectorProps>((props) => {
  const state = useSignal<RunState>(props.state);
  const nowMs = useSignal(props.nowMs);
  const selected = useSignal(props.state.detail.error?.stepKey ?? wholeRun);
  const link = useSignal<LinkState>("connecting");
  const failure = useSignal("");

  useVisibleTask$(({ cleanup }) => {
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted !== "" && state.value.detail.steps.some(({ stepKey }) => stepKey === wanted)) selected.value = wanted;
    if (hasEnded(state.value.detail.status)) return;
    const stop = followRun(
      {
        teamId: props.teamId,
        runId: props.state.detail.id,
        known: props.state,
        onState: (next) => {
          state.value = next;
          nowMs.value = Date.now();
        },
        onLink: (now) => {
          link.value = now;
        },
      },
      { api: browserApi, link: pageLink(), later: (act, delayMs) => void setTimeout(act, delayMs) },
    );
    const tick = setInterval(() => {
      if (hasEnded(state.value.detail.status)) clearInterval(tick);
      else nowMs.value = Date.now();
    }, 250);
    cleanup(() => {
      stop();
      clearInterval(tick);
    });
  });

  const select = $((stepKey: string) => {
    selected.value = stepKey;
    history.replaceState(
      history.state,
      "",
      stepKey === wholeRun ? location.pathname : `#${encodeURIComponent(stepKey)}`,
    );
  });

  const cancel = $(async () => {
    const answer = await cancelRun(browserApi, props.teamId, props.state.detail.id);
    failure.value = answer.kind === "refused" ? answer.problem.detail : "";
    if (answer.kind === "ok" && !hasEnded(state.value.detail.status))
      state.value = { ...state.value, detail: { ...state.value.detail, status: "cancelling" } };
  });

  const { detail } = state.value;
  const isOver = hasEnded(detail.status);
  const look = runLook(detail.status);
  const startedMs = Date.parse(detail.createdAt);
  return (
    <>
      <div class="run-head">
        <div class="run-head__main">
          <a class="back" href={`${props.base}/runs`}>
            <Icon name="arrowLeft" />
            Runs
          </a>
          <div class="row run-head__title">
            <h1>{detail.workflowName}</h1>
            <Badge look={look} />
            {!isOver && (
              <span class={["live", link.value === "live" && "live--on"]}>
                <span class="live__dot" />
                {link.value === "live" ? "Live" : "Connecting"}
              </span>
            )}
          </div>
          <p class="run-head__facts small soft">
            <span>
              {detail.trigger} · {detail.version > 0 ? `version ${detail.version}` : "test of the draft"}
            </span>
            <time dateTime={detail.createdAt}>{ago(startedMs, nowMs.value)}</time>
            {detail.endedAt && <span class="num">took {duration(Date.parse(detail.endedAt) - startedMs)}</span>}
            <a href={`${props.base}/workflows/${detail.workflowId}`}>Open the workflow</a>
          </p>
        </div>
        {props.canCancel && !isOver && (
          <form method="post" action={props.cancelAction} preventdefault:submit onSubmit$={cancel}>
            <button class="button button--danger" type="submit" disabled={detail.status === "cancelling"}>
              <Icon name="x" />
              Cancel run
            </button>
          </form>
        )}
      </div>
      <p class="sr-only" role="status">
        {isOver ? `The run ${look.label.toLowerCase()}.` : ""}
      </p>
      {failure.value !== "" && (
        <p class="notice tone-bad" role="alert">
          {failure.value}
        </p>
      )}
      <div class="run-panes">
        <section class="card run-panes__time" aria-label="Timeline">
          <Timeline state={state.value} nowMs={nowMs.value} selected={selected.value} onSelect$={select} />
        </section>
        <section class="card run-panes__detail" aria-label="Details">
          <RunDetails state={state.value} selected={selected.value} />
        </section>
      </div>
    </>
  );
});

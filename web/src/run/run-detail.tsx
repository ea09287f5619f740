import { component$ } from "@builder.io/qwik";
import type { StepError, StepView, StoredEvent } from "@dap/contract";
import { Badge } from "../ui/badge";
import { Icon } from "../ui/icon";
import { JsonView } from "../ui/json-view";
import { runLook, stepLook } from "../ui/status";
import { clockTime, duration } from "../ui/time";
import { describeEvent, timeOf } from "./describe";
import type { RunState } from "./model";

type DetailProps = { readonly state: RunState; readonly selected: string };

/** What went in and came out of the selected step, or of the run itself. */
export const RunDetails = component$<DetailProps>(({ state, selected }) => {
  const step = state.detail.steps.find(({ stepKey }) => stepKey === selected);
  return step ? <StepDetails step={step} events={state.events} /> : <WholeRunDetails state={state} />;
});

const StepDetails = component$<{ step: StepView; events: readonly StoredEvent[] }>(({ step, events }) => {
  const own = events.filter(({ event }) => "stepKey" in event && event.stepKey === step.stepKey);
  const took =
    step.startedAtMs !== undefined && step.endedAtMs !== undefined
      ? duration(step.endedAtMs - step.startedAtMs)
      : undefined;
  return (
    <div class="details">
      <header class="details__head">
        <h2>{step.stepKey}</h2>
        <Badge look={stepLook(step.status)} />
      </header>
      <p class="details__facts small soft num">
        <code>{step.use || "step"}</code>
        {took && <span>{took}</span>}
        {step.attempt > 1 && <span>{step.attempt} attempts</span>}
      </p>
      {step.error && <ErrorBox error={step.error} />}
      {step.output !== undefined && <Part title="Output" value={step.output} />}
      {step.input !== undefined && <Part title="Input" value={step.input} />}
      {step.output === undefined && step.input === undefined && !step.error && (
        <p class="soft small">Nothing to show yet. A step shows its input and output when it has run.</p>
      )}
      <Events events={own} />
    </div>
  );
});

const WholeRunDetails = component$<{ state: RunState }>(({ state: { detail, events } }) => (
  <div class="details">
    <header class="details__head">
      <h2>Run</h2>
      <Badge look={runLook(detail.status)} />
    </header>
    <p class="details__facts small soft">
      <span class="mono">{detail.id}</span>
    </p>
    {detail.error && <ErrorBox error={detail.error} at={detail.error.stepKey} />}
    {detail.output !== null && <Part title="Output" value={detail.output} />}
    <Part title="Input" value={detail.input} />
    <Events events={events} />
  </div>
));

const Part = component$<{ title: string; value: Parameters<typeof JsonView>[0]["value"] }>(({ title, value }) => (
  <section class="details__part">
    <h3>{title}</h3>
    <JsonView value={value} label={title.toLowerCase()} />
  </section>
));

const ErrorBox = component$<{ error: StepError; at?: string | undefined }>(({ error, at }) => (
  <div class="notice tone-bad">
    <Icon name="x" />
    <div class="notice__body">
      <p>
        <strong>{error.message}</strong>
      </p>
      <p class="small">
        <code>{error.code}</code>
        {at ? ` in step ${at}` : ""}
      </p>
      {error.details !== undefined && <JsonView value={error.details} label="details of the error" />}
    </div>
  </div>
));

const shownMax = 200;

const Events = component$<{ events: readonly StoredEvent[] }>(({ events }) =>
  events.length === 0 ? null : (
    <details class="details__events">
      <summary>
        Events <span class="count">{events.length}</span>
      </summary>
      <ol>
        {events.slice(-shownMax).map(({ seq, event }) => (
          <li key={seq}>
            <span class="details__seq num">{seq}</span>
            <span>{describeEvent(event)}</span>
            <span class="mono faint num">{clockTime(timeOf(event) ?? 0).slice(11)}</span>
          </li>
        ))}
      </ol>
    </details>
  ),
);

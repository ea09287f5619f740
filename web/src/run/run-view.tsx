import { component$, type QRL, useComputed$ } from "@builder.io/qwik";
import { Icon } from "../ui/icon";
import { hasEnded, stepLook } from "../ui/status";
import { duration } from "../ui/time";
import type { RunState } from "./model";
import { moveSelection } from "./select";
import { waterfall } from "./waterfall";

/** The name under which the run itself, rather than one of its steps, is selected. */
export const wholeRun = "";

type TimelineProps = {
  readonly state: RunState;
  readonly nowMs: number;
  readonly selected: string;
  readonly onSelect$: QRL<(stepKey: string) => void>;
};

/** Every step with its attempts on one scale of time; a list that the arrow keys walk through. */
export const Timeline = component$<TimelineProps>((props) => {
  const chart = useComputed$(() => {
    const { detail, events } = props.state;
    return waterfall({
      createdAtMs: Date.parse(detail.createdAt),
      endedAtMs: detail.endedAt ? Date.parse(detail.endedAt) : undefined,
      nowMs: props.nowMs,
      steps: detail.steps,
      events,
    });
  });
  const { rows, ticks, queue, totalMs } = chart.value;
  const isOver = hasEnded(props.state.detail.status);
  return (
    <div class="falls">
      <div class="falls__scale num" aria-hidden="true">
        {ticks.map(({ ms, pct }) => (
          <span
            key={ms}
            class={["falls__tick", pct > 90 && "falls__tick--last"]}
            style={{ insetInlineStart: `${pct}%` }}
          >
            {duration(ms)}
          </span>
        ))}
      </div>
      <div class="falls__rows" role="listbox" aria-label="Timeline of the run" onKeyDown$={moveSelection}>
        <div
          class="span-row"
          role="option"
          tabIndex={props.selected === wholeRun ? 0 : -1}
          aria-selected={props.selected === wholeRun}
          onClick$={() => props.onSelect$(wholeRun)}
          onFocus$={() => props.onSelect$(wholeRun)}
        >
          <span class="span-row__name">
            <Icon name="run" />
            <span class="span-row__id">Run</span>
          </span>
          <span class="span-row__took num">{duration(totalMs)}</span>
          <span class="span-row__lane" aria-hidden="true">
            <span
              class={["bar bar--whole", !isOver && "bar--live"]}
              style={{ insetInlineStart: "0%", inlineSize: "100%" }}
            />
            <span class="bar bar--queue" style={{ insetInlineStart: "0%", inlineSize: `${queue.widthPct}%` }} />
          </span>
        </div>
        {rows.map(({ step, place, bars, tookMs }) => {
          const look = stepLook(step.status);
          return (
            <div
              key={step.stepKey}
              class={["span-row", look.tone]}
              role="option"
              tabIndex={props.selected === step.stepKey ? 0 : -1}
              aria-selected={props.selected === step.stepKey}
              onClick$={() => props.onSelect$(step.stepKey)}
              onFocus$={() => props.onSelect$(step.stepKey)}
            >
              <span class="span-row__name">
                <Icon name={look.icon} spin={look.spin === true} />
                <span class="span-row__id">{step.stepId}</span>
                {place !== "" && <span class="span-row__place num">#{place}</span>}
                <span class="span-row__use">{step.use}</span>
                <span class="sr-only">, {look.label}</span>
              </span>
              <span class="span-row__took num">{tookMs === undefined ? "" : duration(tookMs)}</span>
              <span class="span-row__lane" aria-hidden="true">
                {bars.map((bar, index) => (
                  <span
                    key={index}
                    class={`bar bar--${bar.kind}`}
                    title={bar.title}
                    style={{ insetInlineStart: `${bar.leftPct}%`, inlineSize: `${bar.widthPct}%` }}
                  />
                ))}
                {bars.length === 0 && <span class="span-row__pure">{pureWord(step.status)}</span>}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
});

const pureWord = (status: string): string => (status === "succeeded" ? "computed" : status);

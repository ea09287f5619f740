import { html, nothing, type TemplateResult } from "lit";
import { renderAlert } from "../alert";
import { icon } from "../icon";
import { formatNumber, type Translate } from "../message";
import type { Json, RunError } from "../protocol";
import { activeLine, doneCount, labelOf, type Progress, percentOf } from "./progress";
import { renderValue } from "./result";

/** What a run's pictures are drawn from. */
export type RunView = {
  readonly progress: Progress;
  readonly elapsedMs: number;
  readonly t: Translate;
  readonly locale: string;
};

/** A run that goes on: how far it is, step by step, and a way to stop it. */
export function renderRunning(view: RunView, isCancelling: boolean, cancel: (() => void) | undefined): TemplateResult {
  const { progress, t, locale } = view;
  const words = isCancelling ? t("cancelling") : progress.seq === 0 ? t("queued") : t("running");
  const wholeSeconds = Math.floor(view.elapsedMs / 1_000) * 1_000;
  const stop = html`<button type="button" class="small" part="cancel" ?disabled=${isCancelling} @click=${cancel}>${t("cancel")}</button>`;
  return html`<div class="run" part="status">
    <div class="headline">
      ${icon("running")}<h3>${words}</h3>
      <span class="faint" aria-hidden="true">${wholeSeconds > 0 ? durationText(wholeSeconds, locale) : nothing}</span>
      ${cancel ? stop : nothing}
    </div>
    ${renderBar(progress, t)}${renderSteps(view)}
  </div>`;
}

export type RunEnd =
  | { readonly kind: "succeeded"; readonly output: Json }
  | { readonly kind: "failed"; readonly error: RunError }
  | { readonly kind: "cancelled" };

/** What became of a run, with its steps to look into. */
export function renderEnd(view: RunView, end: RunEnd): TemplateResult {
  const details = (isOpen: boolean) =>
    view.progress.lines.length === 0
      ? nothing
      : html`<details ?open=${isOpen}><summary>${view.t("steps")}</summary>${renderSteps(view)}</details>`;
  switch (end.kind) {
    case "succeeded":
      return html`${renderResult(view, end.output)}${details(false)}`;
    case "failed":
      return html`${renderFailure(view, end.error)}${details(true)}`;
    case "cancelled":
      return html`${renderAlert("cancelled", view.t("cancelled"))}${details(false)}`;
  }
}

function renderResult({ t, locale, elapsedMs }: RunView, output: Json): TemplateResult {
  const isEmpty = output === null || (typeof output === "object" && Object.keys(output).length === 0);
  return html`<div class="headline done">
      ${icon("succeeded")}<h3>${t("succeeded")}</h3><span class="faint">${durationText(elapsedMs, locale)}</span>
    </div>
    <slot name="result"><div class="value" part="result">
      ${isEmpty ? html`<span class="faint">${t("noResult")}</span>` : renderValue(output, { t, locale })}
    </div></slot>`;
}

function renderFailure({ progress, t }: RunView, error: RunError): TemplateResult {
  const id = error.stepKey?.split("/")[0];
  const label = id && (progress.lines.find(({ ids }) => ids.has(id))?.label ?? labelOf(id));
  const place = label ? t("failedAt", { n: label }) : "";
  return html`<slot name="error">${renderAlert("failed", t("failed"), error.message, place, error.code)}</slot>`;
}

/** The steps with their state, in the document's order: a symbol, the name, and the state in words. */
function renderSteps({ progress, t, locale }: RunView): TemplateResult | typeof nothing {
  if (progress.lines.length === 0) return nothing;
  const active = activeLine(progress);
  return html`<ol class="steps" part="steps" aria-label=${t("steps")}>${progress.lines.map((line) => {
    const status = line === active && line.status === "waiting" ? "running" : line.status;
    const isQuiet = status === "succeeded" && line.durationMs !== undefined;
    return html`<li class=${status} part="step">
      ${icon(status)}<span class="name">${line.label}</span>
      <span class="state"><span class=${isQuiet ? "sr" : ""}>${t(`status.${status}`)}</span>${isQuiet ? durationText(line.durationMs ?? 0, locale) : nothing}</span>
    </li>`;
  })}</ol>`;
}

/** How far the run is, as a bar; with no steps known, only that it goes on. */
function renderBar(progress: Progress, t: Translate): TemplateResult {
  const total = progress.lines.length;
  const percent = percentOf(progress);
  return html`<div
    class="bar ${total === 0 ? "unknown" : ""}" part="bar" role="progressbar" aria-label=${t("steps")}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${total === 0 ? nothing : percent}
    aria-valuetext=${total === 0 ? nothing : t("progress", { n: doneCount(progress), m: total })}
  ><div .style=${`inline-size:${total === 0 ? 35 : Math.max(4, percent)}%`}></div></div>`;
}

/** `840 ms`, `4.2 s`, `3 min`. */
export function durationText(durationMs: number, locale: string): string {
  if (durationMs < 1_000) return `${formatNumber(Math.round(durationMs), locale)} ms`;
  if (durationMs < 60_000) return `${formatNumber(Math.round(durationMs / 100) / 10, locale)} s`;
  return `${formatNumber(Math.round(durationMs / 60_000), locale)} min`;
}

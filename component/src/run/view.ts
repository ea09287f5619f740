import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../icon";
import { formatNumber, type Translate } from "../message";
import { activeLine, doneCount, type Progress, percentOf } from "./progress";

/** The steps with their state, in the document's order: a symbol, the name, and the state in words. */
export function renderSteps(progress: Progress, t: Translate, locale: string): TemplateResult | typeof nothing {
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
export function renderBar(progress: Progress, t: Translate): TemplateResult {
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

import { html, nothing, type TemplateResult } from "lit";
import { icon } from "./icon";

/** A box that says what went wrong, read aloud at once. `code` is for whoever is asked for help. */
export const renderAlert = (
  tone: "failed" | "cancelled",
  title: string,
  message = "",
  place = "",
  code = "",
): TemplateResult => html`<div class="alert ${tone}" part="error" role="alert">
  ${icon(tone)}<strong>${title}</strong>
  ${message ? html`<p>${message}</p>` : nothing}
  ${place || code ? html`<p class="faint">${place} <code class="mono">${code}</code></p>` : nothing}
</div>`;

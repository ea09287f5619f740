import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit";

/** Drawn on a grid of 20, in the colour of the text beside them. They only repeat what that text says. */
const shapes = {
  succeeded: svg`<circle cx="10" cy="10" r="8" class="disc"/><path d="m6.5 10.3 2.4 2.4 4.8-5.2"/>`,
  failed: svg`<circle cx="10" cy="10" r="8" class="disc"/><path d="M10 6v4.6m0 2.9v.1"/>`,
  running: svg`<circle cx="10" cy="10" r="7.2" class="track"/><path class="spin" d="M10 2.8a7.2 7.2 0 0 1 7.2 7.2"/>`,
  retrying: svg`<path class="spin" d="M15.9 8A6.4 6.4 0 1 0 16 12.4m.4-8.1V8h-3.7"/>`,
  waiting: svg`<circle cx="10" cy="10" r="7.2" class="track"/>`,
  skipped: svg`<circle cx="10" cy="10" r="7.2" class="track"/><path d="M7 10h6"/>`,
  cancelled: svg`<circle cx="10" cy="10" r="7.2"/><path d="m7.5 7.5 5 5m0-5-5 5"/>`,
  unknown: svg`<circle cx="10" cy="10" r="7.2"/><path d="M7.9 7.9a2.1 2.1 0 1 1 3.1 1.9c-.7.4-1 .8-1 1.5m0 2.2v.1"/>`,
  plus: svg`<path d="M10 4.5v11M4.5 10h11"/>`,
  remove: svg`<path d="m5.5 5.5 9 9m0-9-9 9"/>`,
  play: svg`<path d="M6.5 4.4v11.2L15.6 10z"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof shapes;

export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon ${name}" viewBox="0 0 20 20" aria-hidden="true">${shapes[name]}</svg>`;

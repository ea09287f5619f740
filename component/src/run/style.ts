import { css } from "lit";

/** How a run and its result look. */
export const style = css`
.headline{display:flex;align-items:center;gap:.55rem;min-block-size:2rem}
.headline h3{flex:1}
.headline>.icon{color:var(--_accent)}
.headline .faint{font-variant-numeric:tabular-nums;font-size:.9em}
.bar{block-size:.375rem;border-radius:1rem;background:color-mix(in oklab,var(--_text) 9%,transparent);overflow:hidden}
.bar>div{block-size:100%;border-radius:inherit;background:var(--_accent);transition:inline-size .35s cubic-bezier(.2,0,0,1)}
.bar.unknown>div{animation:slide 1.4s ease-in-out infinite alternate}
@keyframes slide{from{translate:-20%}to{translate:205%}}
.steps li{position:relative;display:grid;grid-template-columns:auto 1fr auto;gap:.65rem;align-items:center;min-block-size:2.35rem}
.steps li:not(:last-child)::after{content:"";position:absolute;inset-inline-start:calc(.625rem - .75px);inset-block:calc(50% + .8rem) calc(-50% + .8rem);border-inline-start:1.5px solid var(--_border)}
.steps .icon{color:var(--_muted)}
.steps .name{overflow-wrap:anywhere}
.steps .state{color:var(--_muted);font-size:.87em;font-variant-numeric:tabular-nums}
.steps :is(.waiting,.skipped) .name{color:var(--_muted)}
.steps .succeeded>.icon{color:var(--_success)}
.steps :is(.running,.retrying)>.icon{color:var(--_accent)}
.steps :is(.running,.retrying) .name{font-weight:560}
.steps :is(.running,.retrying) .state{color:var(--_accent)}
.steps .failed>.icon,.steps .failed .state{color:var(--_danger)}
dl{display:grid}
dl>div{display:grid;grid-template-columns:minmax(6rem,13rem) 1fr;gap:.15rem 1rem;padding-block:.55rem;border-block-start:1px solid var(--_border)}
dl>div:first-child{border-block-start:0;padding-block-start:0}
dl>div:last-child{padding-block-end:0}
dl>.block{grid-template-columns:1fr}
dt{color:var(--_muted)}
dd{overflow-wrap:anywhere;min-inline-size:0}
dd dl,dd ul{padding-inline-start:.9rem;border-inline-start:2px solid var(--_border);margin-block-start:.25rem}
ul{display:grid;gap:.4rem}
.value{padding:var(--_space);border:1px solid var(--_border);border-radius:var(--_radius);background:var(--_surface)}
.lines{white-space:pre-wrap}
pre{overflow:auto;max-block-size:20rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;inline-size:100%;font-size:.95em}
th{color:var(--_muted);font-weight:500;text-align:start}
th,td{padding:.45rem .9rem .45rem 0;border-block-end:1px solid var(--_border);vertical-align:top}
th.number{white-space:normal}
tr>:last-child{padding-inline-end:0}
tr:last-child td{border-block-end:0}
.number{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
details summary{cursor:pointer;color:var(--_muted);font-weight:500;padding-block:.2rem;border-radius:.25rem;inline-size:fit-content}
details[open] summary{margin-block-end:.4rem}
.done>.icon{color:var(--_success)!important}
@container (max-width:28rem){dl>div{grid-template-columns:minmax(5.5rem,7.5rem) 1fr}}
@container (max-width:20rem){dl>div{grid-template-columns:1fr}}
@media (prefers-reduced-motion:reduce){.bar.unknown>div{animation:none}}
@media (forced-colors:active){.bar{outline:1px solid CanvasText}.bar>div{background:Highlight;forced-color-adjust:none}}
`;

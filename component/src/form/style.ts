import { css } from "lit";

/** How fields look. */
export const style = css`
form{display:grid;gap:calc(var(--_space)*1.25)}
.field{display:grid;gap:.375rem;align-content:start}
label,legend{font-weight:560;padding:0}
legend{float:inline-start;inline-size:100%}
label .faint,legend .faint{font-size:.87em;margin-inline-start:.25em}
.help{color:var(--_muted);font-size:.9em;font-weight:400;text-wrap:pretty}
.error{display:flex;gap:.35rem;color:var(--_danger);font-size:.9em;font-weight:500}
.error .icon{inline-size:1.1rem;block-size:1.1rem;margin-block-start:.12em}
input,select,textarea{inline-size:100%;min-block-size:var(--_control);padding:.45rem .75rem;background:var(--_bg);border:1px solid var(--_line);border-radius:var(--_radius);transition:border-color .12s,box-shadow .12s}
textarea{padding-block:.6rem;resize:vertical;field-sizing:content;min-block-size:calc(var(--_control)*2.2);max-block-size:24rem}
::placeholder{color:var(--_muted);opacity:.75}
input:hover,select:hover,textarea:hover{border-color:var(--_muted)}
:is(input,select,textarea):focus-visible{outline:2px solid var(--_focus);outline-offset:-1px;border-color:transparent}
[aria-invalid=true]:is(input,select,textarea){border-color:var(--_danger);box-shadow:inset 0 0 0 1px var(--_danger)}
input.color{padding:.3rem;inline-size:4rem}
.select{position:relative}
.select::after{content:"";position:absolute;inset-inline-end:1rem;inset-block-start:calc(50% - .36rem);inline-size:.45rem;block-size:.45rem;border:solid var(--_muted);border-width:0 1.75px 1.75px 0;rotate:45deg;pointer-events:none}
select{appearance:none;padding-inline-end:2.25rem;text-overflow:ellipsis}
.choices{display:grid;gap:.5rem}
.choice{display:flex;gap:.625rem;align-items:start;font-weight:450;padding:calc((var(--_control) - 1.5em)/2 - 1px) .75rem;border:1px solid var(--_border);border-radius:var(--_radius);cursor:pointer;transition:border-color .12s,background .12s}
.choice:hover{border-color:var(--_line)}
.choice:has(:checked){border-color:var(--_accent);background:color-mix(in oklab,var(--_accent) 7%,transparent)}
.choice:has(:focus-visible){outline:2px solid var(--_focus);outline-offset:1px}
.choice.plain{padding:.2rem 0;border:0;background:none}
.choice input{inline-size:1.15rem;block-size:1.15rem;min-block-size:0;margin:.17em 0 0;flex:none;accent-color:var(--_accent);cursor:inherit}
.choice:not(.plain) input:focus-visible{outline:0}
.choice .help{margin-block-start:.1rem}
fieldset.group,.item.panel{padding:var(--_space);border:1px solid var(--_border);border-radius:var(--_radius);background:var(--_surface);gap:var(--_space)}
fieldset.list{gap:.5rem}
.item{position:relative;display:grid}
.item.plain{grid-template-columns:1fr auto;gap:.375rem;align-items:start}
.item.panel>fieldset{padding:0;border:0;background:none}
.item.panel>.icon-button{position:absolute;inset-block-start:.4rem;inset-inline-end:.4rem}
button.quiet{border:1px dashed var(--_line);color:var(--_muted)}
.icon-button{min-block-size:2.25rem;inline-size:2.25rem;padding:0;border-color:transparent;color:var(--_muted)}
.item.plain .icon-button{block-size:var(--_control);inline-size:var(--_control)}
@container (min-width:34rem){
.radio .choices{grid-auto-flow:column;grid-auto-columns:1fr}
.checks .choices{grid-template-columns:1fr 1fr}
fieldset.group{grid-template-columns:repeat(auto-fit,minmax(13rem,1fr))}
fieldset.group>:is(legend,.help,fieldset,.wide,.error){grid-column:1/-1}
}
@container (max-width:28rem){input,select,textarea{font-size:max(1em,16px)}}
@media (forced-colors:active){.choice{border-color:CanvasText}.choice:has(:checked){outline:2px solid Highlight}}
`;

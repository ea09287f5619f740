import { css } from "lit";

/**
 * Every colour, size and font can be set from outside by a `--dap-*` property; the private `--_*` ones only give them
 * their defaults. Colours are written once for light and dark.
 */
export const style = css`
:host{display:block;container-type:inline-size;color-scheme:light dark;
--_accent:var(--dap-color-accent,light-dark(oklch(.455 .085 205),oklch(.82 .115 185)));
--_on-accent:var(--dap-color-on-accent,light-dark(oklch(.99 .005 190),oklch(.2 .035 200)));
--_bg:var(--dap-color-bg,light-dark(oklch(1 0 0),oklch(.213 .014 215)));
--_surface:var(--dap-color-surface,light-dark(oklch(.975 .005 95),oklch(.25 .016 215)));
--_text:var(--dap-color-text,light-dark(oklch(.235 .022 215),oklch(.945 .008 190)));
--_muted:var(--dap-color-muted,light-dark(oklch(.49 .02 215),oklch(.72 .014 205)));
--_border:var(--dap-color-border,light-dark(oklch(.895 .008 95),oklch(.33 .016 215)));
--_line:color-mix(in oklch,var(--_muted) 62%,var(--_border));
--_danger:var(--dap-color-danger,light-dark(oklch(.505 .175 27),oklch(.79 .125 25)));
--_success:var(--dap-color-success,light-dark(oklch(.455 .115 152),oklch(.82 .145 155)));
--_focus:var(--dap-color-focus,light-dark(oklch(.55 .13 215),oklch(.82 .13 185)));
--_radius:var(--dap-radius,.625rem);
--_space:var(--dap-space,1rem);
--_control:var(--dap-control-height,2.625rem);
font:400 var(--dap-font-size,.9375rem)/1.5 var(--dap-font,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif);
color:var(--_text);text-align:start}
:host([hidden]){display:none}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
*,::before,::after{box-sizing:border-box}
h2,h3,p,ol,ul,dl,dd,pre,fieldset{margin:0;padding:0}
fieldset{border:0;min-inline-size:0;outline:0}
ol,ul{list-style:none}
button,input,select,textarea{font:inherit;color:inherit;letter-spacing:inherit}
.sr{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.faint{color:var(--_muted);font-weight:400}
.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
.icon{inline-size:1.25rem;block-size:1.25rem;flex:none;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.icon .track{opacity:.3}
.icon .disc{fill:currentColor;fill-opacity:.13;stroke:none}
.icon.play{inline-size:1rem;block-size:1rem;fill:currentColor}
.icon.plus,.icon.remove{inline-size:1.05rem;block-size:1.05rem}
.spin{transform-origin:10px 10px;animation:spin .9s linear infinite}
@keyframes spin{to{rotate:360deg}}
.card{display:grid;gap:calc(var(--_space)*1.5);padding:calc(var(--_space)*1.25);background:var(--_bg);border:1px solid var(--_border);border-radius:calc(var(--_radius)*1.6);box-shadow:var(--dap-shadow,0 1px 2px light-dark(oklch(.3 .03 215/.07),oklch(0 0 0/.35)),0 8px 24px -12px light-dark(oklch(.3 .03 215/.14),oklch(0 0 0/.5)))}
header{display:grid;gap:.3rem}
h2{font-size:1.25em;font-weight:640;line-height:1.25;letter-spacing:-.017em;text-wrap:balance;overflow-wrap:anywhere}
h3{font-size:1em;font-weight:620;letter-spacing:-.005em}
header p{color:var(--_muted);text-wrap:pretty;max-inline-size:62ch}
form{display:grid;gap:calc(var(--_space)*1.25)}
.field{display:grid;gap:.375rem;align-content:start}
label,legend{font-weight:560;padding:0}
legend{float:inline-start;inline-size:100%;margin-block-end:.375rem}
legend+*{clear:both}
label .faint,legend .faint{font-size:.87em;margin-inline-start:.25em}
.help{color:var(--_muted);font-size:.9em;font-weight:400;text-wrap:pretty}
.error{display:flex;gap:.35rem;color:var(--_danger);font-size:.9em;font-weight:500}
.error .icon{inline-size:1.1rem;block-size:1.1rem;margin-block-start:.12em}
input,select,textarea{inline-size:100%;min-block-size:var(--_control);padding:.45rem .75rem;background:var(--_bg);border:1px solid var(--_line);border-radius:var(--_radius);transition:border-color .12s,box-shadow .12s}
textarea{padding-block:.6rem;resize:vertical;field-sizing:content;min-block-size:calc(var(--_control)*2.2);max-block-size:24rem}
::placeholder{color:var(--_muted);opacity:.75}
input:hover,select:hover,textarea:hover{border-color:var(--_muted)}
:is(input,select,textarea):focus-visible{outline:2px solid var(--_focus);outline-offset:-1px;border-color:transparent}
:is(button,a,summary,pre,.scroll):focus-visible{outline:2px solid var(--_focus);outline-offset:2px}
[aria-invalid=true]:is(input,select,textarea){border-color:var(--_danger);box-shadow:inset 0 0 0 1px var(--_danger)}
:disabled{opacity:.55;cursor:not-allowed}
input.color{padding:.3rem;inline-size:4rem}
.select{position:relative}
.select::after{content:"";position:absolute;inset-inline-end:1rem;inset-block-start:calc(50% - .36rem);inline-size:.45rem;block-size:.45rem;border:solid var(--_muted);border-width:0 1.75px 1.75px 0;rotate:45deg;pointer-events:none}
select{appearance:none;padding-inline-end:2.25rem;text-overflow:ellipsis}
.choices{display:grid;gap:.5rem}
.choice{display:flex;gap:.625rem;align-items:start;font-weight:450;padding:calc((var(--_control) - 1.5em)/2 - 1px) .75rem;border:1px solid var(--_border);border-radius:var(--_radius);cursor:pointer;transition:border-color .12s,background .12s}
.choice:hover{border-color:var(--_line)}
.choice:has(:checked){border-color:var(--_accent);background:color-mix(in oklch,var(--_accent) 7%,transparent)}
.choice:has(:focus-visible){outline:2px solid var(--_focus);outline-offset:1px}
.choice.plain{padding:.2rem 0;border:0;background:none}
.choice input{inline-size:1.15rem;block-size:1.15rem;min-block-size:0;margin:.17em 0 0;flex:none;accent-color:var(--_accent);cursor:inherit}
.choice:not(.plain) input:focus-visible{outline:0}
.choice .help{margin-block-start:.1rem}
fieldset.group,.item.card{padding:var(--_space);border:1px solid var(--_border);border-radius:var(--_radius);background:var(--_surface);gap:var(--_space)}
fieldset.group>legend{margin-block-end:0}
fieldset.list{gap:.5rem}
.item{position:relative;display:grid}
.item.plain{grid-template-columns:1fr auto;gap:.375rem;align-items:start}
.item.card>fieldset{padding:0;border:0;background:none}
.item.card>.icon-button{position:absolute;inset-block-start:.4rem;inset-inline-end:.4rem}
button{display:inline-flex;align-items:center;justify-content:center;gap:.45rem;min-block-size:var(--_control);padding:.4rem 1.1rem;border:1px solid var(--_line);border-radius:var(--_radius);background:transparent;font-weight:560;cursor:pointer;transition:background .12s,border-color .12s,translate .12s}
button:hover:not(:disabled){background:color-mix(in oklch,var(--_text) 6%,transparent)}
button:active:not(:disabled){translate:0 1px}
button.primary{background:var(--_accent);border-color:transparent;color:var(--_on-accent)}
button.primary:hover:not(:disabled){background:color-mix(in oklch,var(--_accent) 88%,var(--_text))}
button.quiet{border:1px dashed var(--_line);color:var(--_muted)}
button.small{min-block-size:2rem;padding:.2rem .7rem;font-size:.87em}
.icon-button{min-block-size:2.25rem;inline-size:2.25rem;padding:0;border-color:transparent;color:var(--_muted)}
.item.plain .icon-button{block-size:var(--_control);inline-size:var(--_control)}
.actions{display:flex;flex-wrap:wrap;gap:.625rem;align-items:center}
.alert{display:grid;grid-template-columns:auto 1fr;gap:.25rem .65rem;padding:.8rem .9rem;border-radius:var(--_radius);--_tone:var(--_danger);background:color-mix(in oklch,var(--_tone) 9%,var(--_bg));border:1px solid color-mix(in oklch,var(--_tone) 28%,var(--_bg))}
.alert>.icon{color:var(--_tone);margin-block-start:.1rem}
.alert.succeeded{--_tone:var(--_success)}
.alert.cancelled{--_tone:var(--_muted)}
.alert strong{font-weight:620}
.alert p{grid-column:2;overflow-wrap:anywhere}
.alert code{color:var(--_muted);font-size:.82em}
.run,.outcome{display:grid;gap:var(--_space)}
.headline{display:flex;align-items:center;gap:.55rem;min-block-size:2rem}
.headline h3{flex:1}
.headline>.icon{color:var(--_accent)}
.headline .faint{font-variant-numeric:tabular-nums;font-size:.9em}
.bar{block-size:.375rem;border-radius:1rem;background:color-mix(in oklch,var(--_text) 9%,transparent);overflow:hidden}
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
a{color:var(--_accent);text-underline-offset:.2em}
pre{overflow:auto;max-block-size:20rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;inline-size:100%;font-size:.95em}
th{color:var(--_muted);font-weight:500;text-align:start}
th,td{padding:.45rem .9rem .45rem 0;border-block-end:1px solid var(--_border);vertical-align:top}
tr:last-child td{border-block-end:0}
.number{font-variant-numeric:tabular-nums;white-space:nowrap}
details summary{cursor:pointer;color:var(--_muted);font-weight:500;padding-block:.2rem;border-radius:.25rem;inline-size:fit-content}
details[open] summary{margin-block-end:.4rem}
.bone{block-size:var(--_control);border-radius:var(--_radius);background:color-mix(in oklch,var(--_text) 7%,transparent);animation:breathe 1.2s ease-in-out infinite alternate}
.bone.short{block-size:1rem;inline-size:35%}
@keyframes breathe{to{opacity:.45}}
@container (min-width:34rem){
.card{padding:calc(var(--_space)*1.75)}
.radio .choices{grid-auto-flow:column;grid-auto-columns:1fr}
.checks .choices{grid-template-columns:1fr 1fr}
}
@container (max-width:28rem){
.actions button{flex:1}
dl>div{grid-template-columns:1fr}
input,select,textarea{font-size:max(1em,16px)}
}
@media (prefers-reduced-motion:reduce){*,::before,::after{transition:none!important;animation-duration:2.4s!important}.bar.unknown>div,.bone{animation:none}}
@media (forced-colors:active){
.card,.alert,.choice{border-color:CanvasText}
.bar{outline:1px solid CanvasText}.bar>div{background:Highlight;forced-color-adjust:none}
.choice:has(:checked){outline:2px solid Highlight}
button.primary{background:ButtonText;color:ButtonFace;forced-color-adjust:none}
}
`;

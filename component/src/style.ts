import { css } from "lit";

/**
 * The frame, there from the beginning. Every colour, size and font can be set from outside by a `--dap-*` property; the
 * private `--_*` ones only give them their defaults. Colours are written once for light and dark.
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
--_line:color-mix(in oklab,var(--_muted) 62%,var(--_border));
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
.card{outline:0;display:grid;gap:calc(var(--_space)*1.5);padding:calc(var(--_space)*1.25);background:var(--_bg);border:1px solid var(--_border);border-radius:calc(var(--_radius)*1.6);box-shadow:var(--dap-shadow,0 1px 2px light-dark(oklch(.3 .03 215/.07),oklch(0 0 0/.35)),0 8px 24px -12px light-dark(oklch(.3 .03 215/.14),oklch(0 0 0/.5)))}
header{display:grid;gap:.3rem}
h2{font-size:1.25em;font-weight:640;line-height:1.25;letter-spacing:-.017em;text-wrap:balance;overflow-wrap:anywhere}
h3{font-size:1em;font-weight:620;letter-spacing:-.005em}
header p{color:var(--_muted);text-wrap:pretty;max-inline-size:62ch}
:is(button,a,summary,pre,.scroll):focus-visible{outline:2px solid var(--_focus);outline-offset:2px}
:disabled{opacity:.55;cursor:not-allowed}
button{display:inline-flex;align-items:center;justify-content:center;gap:.45rem;min-block-size:var(--_control);padding:.4rem 1.1rem;border:1px solid var(--_line);border-radius:var(--_radius);background:transparent;font-weight:560;cursor:pointer;transition:background .12s,border-color .12s,translate .12s}
button:hover:not(:disabled){background:color-mix(in oklab,var(--_text) 6%,transparent)}
button:active:not(:disabled){translate:0 1px}
button.primary{background:var(--_accent);border-color:transparent;color:var(--_on-accent)}
button.primary:hover:not(:disabled){background:color-mix(in oklab,var(--_accent) 88%,var(--_text))}
button.small{min-block-size:2rem;padding:.2rem .7rem;font-size:.87em}
.actions{display:flex;flex-wrap:wrap;gap:.625rem;align-items:center}
.alert{display:grid;grid-template-columns:auto 1fr;gap:.25rem .65rem;padding:.8rem .9rem;border-radius:var(--_radius);--_tone:var(--_danger);background:color-mix(in oklab,var(--_tone) 12%,var(--_bg));border:1px solid color-mix(in oklab,var(--_tone) 38%,var(--_bg))}
.alert>.icon{color:var(--_tone);margin-block-start:.1rem}
.alert.succeeded{--_tone:var(--_success)}
.alert.cancelled{--_tone:var(--_muted)}
.alert strong{font-weight:620}
.alert p{grid-column:2;overflow-wrap:anywhere}
.alert code{color:var(--_muted);font-size:.82em}
.run,.outcome{display:grid;gap:var(--_space)}
a{color:var(--_accent);text-underline-offset:.2em}
.bone{block-size:var(--_control);border-radius:var(--_radius);background:color-mix(in oklab,var(--_text) 7%,transparent);animation:breathe 1.2s ease-in-out infinite alternate}
.bone.short{block-size:1rem;inline-size:35%}
@keyframes breathe{to{opacity:.45}}
@container (min-width:34rem){
.card{padding:calc(var(--_space)*1.75)}
}
@container (max-width:28rem){
.actions button{flex:1}
}
@media (prefers-reduced-motion:reduce){*,::before,::after{transition:none!important;animation-duration:2.4s!important}.bone{animation:none}}
@media (forced-colors:active){
.card,.alert{border-color:CanvasText}
button.primary{background:ButtonText;color:ButtonFace;forced-color-adjust:none}
}
`;

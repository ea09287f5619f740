import { html, nothing, type TemplateResult } from "lit";
import { formatNumber, type Translate } from "../message";
import { isObject, type Json, type JsonObject } from "../protocol";
import { labelOf } from "./progress";

const depthMax = 3;
const rowsMax = 100;
const columnsMax = 6;
const textMax = 20_000;

type Tongue = { readonly t: Translate; readonly locale: string };

/**
 * A run's output for reading: names and values, lists of records as tables. Everything is put in as text: what a
 * workflow says is data, on whatever page this stands.
 */
export function renderValue(value: Json, tongue: Tongue, depth = 0): TemplateResult | string {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return formatNumber(value, tongue.locale);
  if (typeof value === "boolean") return tongue.t(value ? "yes" : "no");
  if (value === null) return html`<span class="faint">—</span>`;
  if (depth > depthMax) return json(value);
  if (isObject(value)) return record(value, tongue, depth);
  const columns = columnsOf(value);
  return columns ? table(value as readonly JsonObject[], columns, tongue) : items(value, tongue, depth);
}

function text(value: string): TemplateResult | string {
  const shown = value.length > textMax ? `${value.slice(0, textMax)}…` : value;
  if (/^https?:\/\/\S+$/.test(value))
    return html`<a href=${value} target="_blank" rel="noopener noreferrer nofollow">${shown}</a>`;
  return value.includes("\n") ? html`<div class="lines">${shown}</div>` : shown;
}

const json = (value: Json) =>
  html`<pre class="mono" tabindex="0">${JSON.stringify(value, null, 2).slice(0, textMax)}</pre>`;

function record(value: JsonObject, tongue: Tongue, depth: number): TemplateResult {
  const entries = Object.entries(value);
  if (entries.length === 0) return html`<span class="faint">—</span>`;
  return html`<dl part="record">${entries.map(
    ([name, one]) =>
      html`<div class=${isBlock(one) ? "block" : ""}><dt>${labelOf(name)}</dt><dd>${renderValue(one, tongue, depth + 1)}</dd></div>`,
  )}</dl>`;
}

const isBlock = (value: Json): boolean => typeof value === "object" && value !== null;

function items(value: readonly Json[], tongue: Tongue, depth: number): TemplateResult {
  if (value.length === 0) return html`<span class="faint">—</span>`;
  return html`<ul>${value.slice(0, rowsMax).map((one) => html`<li>${renderValue(one, tongue, depth + 1)}</li>`)}</ul>${more(value)}`;
}

const more = ({ length }: readonly Json[]) =>
  length > rowsMax ? html`<p class="faint">… ${length - rowsMax}</p>` : nothing;

/** The columns of a list of flat records; `undefined` when it is better shown otherwise. */
function columnsOf(value: readonly Json[]): readonly string[] | undefined {
  const rows = value.slice(0, rowsMax);
  if (rows.length < 2 || !rows.every((row) => isObject(row) && !Object.values(row).some(isBlock))) return undefined;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row as JsonObject)))];
  return columns.length > 0 && columns.length <= columnsMax ? columns : undefined;
}

function table(rows: readonly JsonObject[], columns: readonly string[], tongue: Tongue): TemplateResult {
  const shown = rows.slice(0, rowsMax);
  const cellOf = (row: JsonObject, column: string): Json => (Object.hasOwn(row, column) ? (row[column] ?? null) : null);
  const isNumber = (column: string) => shown.some((row) => typeof cellOf(row, column) === "number");
  const look = new Map(columns.map((column) => [column, isNumber(column) ? "number" : ""]));
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${tongue.t("result")}><table part="table">
    <thead><tr>${columns.map((column) => html`<th scope="col" class=${look.get(column) ?? ""}>${labelOf(column)}</th>`)}</tr></thead>
    <tbody>${shown.map(
      (row) =>
        html`<tr>${columns.map(
          (column) =>
            html`<td class=${look.get(column) ?? ""}>${renderValue(cellOf(row, column), tongue, depthMax)}</td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>${more(rows)}`;
}

import { html, noChange, nothing, type TemplateResult } from "lit";
import { icon } from "../icon";
import type { Translate } from "../message";
import type { Violations } from "./check";
import type { Field } from "./field";
import { initialValue, type Path, pointerOf, toLocal, valueAt } from "./value";

/** What a form's fields need to draw themselves and to say what people did. */
export type FormContext = {
  readonly value: unknown;
  readonly violations: Violations;
  readonly disabled: boolean;
  readonly t: Translate;
  readonly change: (path: Path, value: unknown) => void;
  /** A field was left with a value in it: it may be checked from now on. */
  readonly touch: (path: Path) => void;
  /** Puts the focus into the field at a place, once it is drawn. */
  readonly focus: (path: Path) => void;
};

/** The id of the control at a place; none has a space, so that it can be named in `aria-describedby`. */
export const idOf = (path: Path): string => `f${encodeURIComponent(pointerOf(path))}`;

export function renderField(field: Field, path: Path, context: FormContext): TemplateResult {
  switch (field.control) {
    case "group":
      return path.length === 0
        ? html`${fieldsOf(field, path, context)}`
        : framed(field, path, context, fieldsOf(field, path, context));
    case "list":
      return framed(field, path, context, listOf(field, path, context));
    case "radio":
    case "checks":
      return framed(field, path, context, choices(field, path, context));
    case "checkbox":
      return checkbox(field, path, context);
    default:
      return labelled(field, path, context, control(field, path, context));
  }
}

const fieldsOf = (field: Field, path: Path, context: FormContext) =>
  field.fields.map((one) => renderField(one, [...path, one.name], context));

const errorOf = (path: Path, { violations }: FormContext): string | undefined => violations.get(pointerOf(path));

function describedBy(field: Field, path: Path, context: FormContext): string | typeof nothing {
  const id = idOf(path);
  const ids = [field.help && `${id}-help`, errorOf(path, context) && `${id}-error`].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : nothing;
}

const caption = (field: Field, { t }: FormContext) =>
  html`${field.label}${field.required || !field.label ? nothing : html` <span class="faint">${t("optional")}</span>`}`;
const help = (field: Field, path: Path) =>
  field.help ? html`<p class="help" part="help" id="${idOf(path)}-help">${field.help}</p>` : nothing;
const problem = (path: Path, context: FormContext) => {
  const message = errorOf(path, context);
  return message
    ? html`<p class="error" part="error" id="${idOf(path)}-error">${icon("failed")}<span>${message}</span></p>`
    : nothing;
};

const labelled = (field: Field, path: Path, context: FormContext, inner: unknown) => html`
  <div class="field" part="field">
    ${field.label ? html`<label part="label" for=${idOf(path)}>${caption(field, context)}</label>` : nothing}
    ${help(field, path)}${inner}${problem(path, context)}
  </div>`;

const framed = (field: Field, path: Path, context: FormContext, inner: unknown) => html`
  <fieldset
    class="field ${field.control}" part="field" id=${idOf(path)} tabindex="-1"
    role=${field.control === "radio" ? "radiogroup" : "group"}
    aria-describedby=${describedBy(field, path, context)}
    aria-required=${field.control === "radio" && field.required ? "true" : nothing}
    aria-invalid=${errorOf(path, context) ? "true" : nothing}
  >
    ${field.label ? html`<legend part="label">${caption(field, context)}</legend>` : nothing}
    ${help(field, path)}${inner}${problem(path, context)}
  </fieldset>`;

function control(field: Field, path: Path, context: FormContext): TemplateResult {
  if (field.control === "select") return select(field, path, context);
  return field.control === "area" || field.control === "json"
    ? area(field, path, context)
    : input(field, path, context);
}

function input(field: Field, path: Path, context: FormContext): TemplateResult {
  const { schema, inputType } = field;
  const isNumber = field.control === "number";
  const value = valueAt(context.value, path);
  const text =
    value === undefined || value === null
      ? ""
      : inputType === "datetime-local"
        ? toLocal(String(value))
        : String(value);
  const listen = (event: Event) => {
    const { value: typed, valueAsNumber, validity } = event.target as HTMLInputElement; // listened to on the input
    const number = validity.badInput ? Number.NaN : typed === "" ? undefined : valueAsNumber;
    context.change(path, isNumber ? number : typed);
  };
  return html`<input
    part="input" id=${idOf(path)} type=${isNumber ? "number" : inputType}
    class=${inputType === "color" && !isNumber ? "color" : ""}
    .value=${Number.isNaN(value) ? noChange : text}
    ?required=${field.required} ?disabled=${context.disabled}
    min=${schema.minimum ?? nothing} max=${schema.maximum ?? nothing}
    step=${isNumber ? (String(schema.type).includes("integer") ? 1 : "any") : nothing}
    placeholder=${placeholderOf(field)}
    aria-label=${field.label ? nothing : context.t("item", { n: Number(path.at(-1)) + 1 })}
    aria-describedby=${describedBy(field, path, context)}
    aria-invalid=${errorOf(path, context) ? "true" : nothing}
    @input=${listen} @change=${() => context.touch(path)}
  />`;
}

const placeholderOf = ({ schema }: Field) =>
  typeof schema.examples?.[0] === "string" || typeof schema.examples?.[0] === "number" ? schema.examples[0] : nothing;

function area(field: Field, path: Path, context: FormContext): TemplateResult {
  const value = valueAt(context.value, path);
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value, null, 2);
  return html`<textarea
    part="input" id=${idOf(path)} class=${field.control === "json" ? "mono" : ""} rows="4" .value=${text}
    ?required=${field.required} ?disabled=${context.disabled}
    spellcheck=${field.control === "json" ? "false" : nothing}
    aria-describedby=${describedBy(field, path, context)}
    aria-invalid=${errorOf(path, context) ? "true" : nothing}
    @input=${(event: Event) => context.change(path, (event.target as HTMLTextAreaElement).value)}
    @change=${() => context.touch(path)}
  ></textarea>`;
}

function select(field: Field, path: Path, context: FormContext): TemplateResult {
  const chosen = chosenIndex(field, valueAt(context.value, path));
  const listen = (event: Event) => {
    const { value } = event.target as HTMLSelectElement; // listened to on the select
    context.change(path, value === "" ? undefined : field.options[Number(value)]?.value);
    context.touch(path);
  };
  return html`<div class="select"><select
    part="input" id=${idOf(path)} ?required=${field.required} ?disabled=${context.disabled}
    aria-describedby=${describedBy(field, path, context)}
    aria-invalid=${errorOf(path, context) ? "true" : nothing}
    @change=${listen}
  >
    <option value="" ?selected=${chosen < 0}>${context.t("choose")}</option>
    ${field.options.map(({ label }, index) => html`<option value=${index} ?selected=${index === chosen}>${label}</option>`)}
  </select></div>`;
}

const chosenIndex = ({ options }: Field, value: unknown): number =>
  options.findIndex((option) => option.value === value);

function choices(field: Field, path: Path, context: FormContext): TemplateResult {
  const value = valueAt(context.value, path);
  const many = field.control === "checks";
  const chosen: readonly unknown[] = many ? (Array.isArray(value) ? value : []) : [value];
  const pick = (option: unknown, isOn: boolean) => {
    const kept = field.options.map((one) => one.value).filter((one) => (one === option ? isOn : chosen.includes(one)));
    context.change(path, many ? kept : option);
    context.touch(path);
  };
  return html`<div class="choices">${field.options.map(
    ({ value: option, label }, index) => html`<label class="choice" part="choice">
      <input
        type=${many ? "checkbox" : "radio"} name=${idOf(path)} id="${idOf(path)}-${index}" ?disabled=${context.disabled}
        .checked=${chosen.includes(option)}
        @change=${(event: Event) => pick(option, (event.target as HTMLInputElement).checked)}
      /><span>${label}</span>
    </label>`,
  )}</div>`;
}

const checkbox = (field: Field, path: Path, context: FormContext) => html`
  <div class="field" part="field">
    <label class="choice plain" part="choice">
      <input
        type="checkbox" id=${idOf(path)} ?disabled=${context.disabled} .checked=${valueAt(context.value, path) === true}
        aria-describedby=${describedBy(field, path, context)}
        aria-invalid=${errorOf(path, context) ? "true" : nothing}
        @change=${(event: Event) => {
          context.change(path, (event.target as HTMLInputElement).checked);
          context.touch(path);
        }}
      /><span>${field.label}${help(field, path)}</span>
    </label>
    ${problem(path, context)}
  </div>`;

function listOf(field: Field, path: Path, context: FormContext): TemplateResult | typeof nothing {
  const { item, schema } = field;
  if (!item) return nothing;
  const value = valueAt(context.value, path);
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const isPlain = item.control !== "group" && item.control !== "list";
  const add = () => {
    context.change(path, [...items, initialValue(item) ?? null]);
    context.focus([...path, items.length]);
  };
  const remove = (at: number) => {
    context.change(
      path,
      items.filter((_, index) => index !== at),
    );
    context.focus(path);
  };
  const removal = (index: number) => html`<button
    type="button" class="icon-button" part="remove" ?disabled=${context.disabled}
    aria-label=${context.t("remove", { n: index + 1 })} title=${context.t("remove", { n: index + 1 })}
    @click=${() => remove(index)}>${icon("remove")}</button>`;
  return html`
    ${items.map((_, index) => {
      const inner = renderField(
        isPlain
          ? { ...item, label: "" }
          : { ...item, label: item.schema.title ? item.label : context.t("item", { n: index + 1 }) },
        [...path, index],
        context,
      );
      return html`<div class="item ${isPlain ? "plain" : "panel"}">${inner}${removal(index)}</div>`;
    })}
    ${
      items.length < (schema.maxItems ?? Number.POSITIVE_INFINITY)
        ? html`<button type="button" class="quiet" part="add" ?disabled=${context.disabled} @click=${add}>${icon("plus")}${context.t("add")}</button>`
        : nothing
    }`;
}

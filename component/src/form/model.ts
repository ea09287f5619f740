import { html, type TemplateResult } from "lit";
import type { Translate } from "../message";
import type { Json, Schema } from "../protocol";
import { checkForm, type Violations } from "./check";
import { type Field, formOf } from "./field";
import { initialValue, inputOf, merge, type Path, pathOf, pointerOf, valueAt, withValue } from "./value";
import { idOf, renderField } from "./view";

/** What the form needs of the element around it. */
export type FormHost = {
  readonly t: () => Translate;
  readonly isDisabled: () => boolean;
  /** Something is to be drawn anew; the promise ends when it is. */
  readonly update: () => Promise<unknown>;
  readonly changed: (path: string, value: unknown) => void;
  readonly root: () => ParentNode;
};

const none: Violations = new Map();

/** The form of one workflow: what is typed in, and what is wrong with it. */
export class FormModel {
  value: unknown;
  violations: Violations = none;
  readonly #touched = new Set<string>();
  readonly #field: Field;
  readonly #host: FormHost;

  constructor(field: Field, host: FormHost) {
    this.#field = field;
    this.#host = host;
  }

  /** Begins anew from the defaults and what the page prefills. */
  fill(values: unknown): void {
    this.value = merge(initialValue(this.#field), values);
    this.#touched.clear();
    this.violations = none;
  }

  /** What would be sent now; `undefined` while something is wrong. */
  get input(): Json | undefined {
    return this.#check().size === 0 ? (inputOf(this.#field, this.value) ?? {}) : undefined;
  }

  /** Shows all that is wrong, with the focus in the first such field. Gives whether nothing is. */
  async validate(): Promise<boolean> {
    this.violations = this.#check();
    if (this.violations.size > 0) await this.#focusFirst();
    return this.violations.size === 0;
  }

  /** Puts the server's complaints beside the fields they are about. */
  async refuse(problems: readonly { path: string; message: string }[]): Promise<void> {
    this.violations = new Map(
      problems.map(({ path, message }) => [path.replace(/^\/(input|body)(?=\/|$)/, ""), message]),
    );
    if (problems.length > 0) await this.#focusFirst();
  }

  render(): TemplateResult {
    return html`${renderField(this.#field, [], {
      value: this.value,
      violations: this.violations,
      disabled: this.#host.isDisabled(),
      t: this.#host.t(),
      change: (path, value) => this.#change(path, value),
      touch: (path) => {
        this.#touched.add(pointerOf(path));
        this.#recheck();
      },
      focus: (path) => void this.#host.update().then(() => this.#focus(path)),
    })}`;
  }

  #check(): Map<string, string> {
    return checkForm(this.#field, this.value, this.#host.t());
  }

  #change(path: Path, value: unknown): void {
    this.value = withValue(this.value, path, value);
    this.#recheck();
    this.#host.changed(pointerOf(path), this.value);
  }

  /** Complaints already shown are kept up to date; a new one is shown only where a field was left with something in it. */
  #recheck(): void {
    const isFilled = (at: string) => !["", undefined].includes(valueAt(this.value, pathOf(at)) as string | undefined);
    const isShown = (at: string) => this.violations.has(at) || (this.#touched.has(at) && isFilled(at));
    this.violations = new Map([...this.#check()].filter(([at]) => isShown(at)));
    void this.#host.update();
  }

  async #focusFirst(): Promise<void> {
    await this.#host.update();
    this.#host.root().querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }

  #focus(path: Path): void {
    const place = this.#host.root().querySelector<HTMLElement>(`#${CSS.escape(idOf(path))}`);
    const inner = place?.matches("fieldset") ? place.querySelector<HTMLElement>("input,select,textarea") : undefined;
    (inner ?? place)?.focus();
  }
}

/** The form of a trigger's input, filled; `undefined` when there is nothing to ask. */
export function createForm(
  input: Schema | boolean | undefined,
  values: unknown,
  host: FormHost,
): FormModel | undefined {
  const field = formOf(input);
  if (!field) return undefined;
  const form = new FormModel(field, host);
  form.fill(values);
  return form;
}

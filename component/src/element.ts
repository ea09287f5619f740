import { type CSSResult, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { renderAlert } from "./alert";
import { type Api, ApiError, createApi, type FetchApi, newKey } from "./api";
import type { FormModel } from "./form/index";
import { icon } from "./icon";
import { loadWords, type MessageKey, type Translate, translator } from "./message";
import type { Json, RunResource, Schema, WorkflowResource } from "./protocol";
import type { RunModel } from "./run/index";
import type { RunEnd } from "./run/view";
import { style } from "./style";

/** What the element shows. */
type Phase =
  | { readonly kind: "loading" }
  | { readonly kind: "unavailable"; readonly message: string; readonly isExpired: boolean }
  | { readonly kind: "form"; readonly problem?: string }
  | { readonly kind: "running" }
  | RunEnd;

/** Parts that are fetched when they are needed. */
const loadForm = () => import("./form/index");
const loadRun = () => import("./run/index");

/**
 * `<dap-workflow>`: the form of a workflow, its run step by step, and its result. See the README for attributes, events
 * and what can be styled.
 */
export class DapWorkflow extends LitElement {
  static override styles = style;
  static override properties = {
    src: {},
    team: {},
    workflow: {},
    token: {},
    getToken: { attribute: false },
    fetchApi: { attribute: false },
    locale: {},
    theme: { reflect: true },
    values: { type: Object },
    readonly: { type: Boolean },
    runId: { attribute: "run-id" },
    phase: { state: true },
    isBusy: { state: true },
  };

  /** The platform's base URL. Default: the page's own origin. */
  declare src: string;
  declare team: string;
  declare workflow: string;
  /** A short-lived token. As a property it does not show in the page's source. */
  declare token: string;
  /** Asked for a token when there is none, or when the last one was refused. */
  declare getToken: (() => Promise<string>) | undefined;
  /** Sends the requests instead of the element: for sites whose own server speaks for the visitor, so that the page sees no token. */
  declare fetchApi: FetchApi | undefined;
  /** BCP 47; default: the nearest `lang` of the page. */
  declare locale: string;
  declare theme: "light" | "dark" | "auto";
  /** What the form is filled with. Setting it anew fills the form anew. */
  declare values: { readonly [name: string]: unknown } | undefined;
  declare readonly: boolean;
  /** Shows this run instead of the form. */
  declare runId: string;

  declare private phase: Phase;
  declare private isBusy: boolean;

  #resource: WorkflowResource | undefined;
  #form: FormModel | undefined;
  #run: RunModel | undefined;
  #hadFocus = false;
  #submitKey: string | undefined;
  /** Counts loads, so that the answer to an older one is dropped. */
  #generation = 0;

  constructor() {
    super();
    this.src = this.team = this.workflow = this.token = this.locale = this.runId = "";
    this.theme = "auto";
    this.readonly = this.isBusy = false;
    this.phase = { kind: "loading" };
  }

  /** The schema of the input, once the workflow is loaded. */
  get inputSchema(): Schema | boolean | undefined {
    return this.#resource?.draft.trigger.input;
  }

  /** What the form would send now; `undefined` while it is not filled in correctly. */
  get input(): Json | undefined {
    return this.#form?.input;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#generation += 1;
    this.#leaveRun();
  }

  protected override willUpdate(): void {
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement);
  }

  protected override updated(changed: PropertyValues): void {
    // What had the focus is gone with its phase: it goes to the whole, from where the new content is next.
    if (changed.has("phase") && this.#hadFocus && !this.shadowRoot?.activeElement) {
      this.renderRoot.querySelector<HTMLElement>(".card")?.focus();
    }
    const isElsewhere = ["src", "team", "workflow", "runId"].some((name) => changed.has(name));
    const isExpired = this.phase.kind === "unavailable" && this.phase.isExpired;
    if (isElsewhere || (isExpired && (changed.has("token") || changed.has("getToken")))) void this.#load();
    else if (changed.has("values") && this.#form) this.reset();
    if (changed.has("locale")) void loadWords(this.#locale).then(() => this.requestUpdate());
  }

  get #t(): Translate {
    return translator(this.#locale);
  }

  get #locale(): string {
    return this.locale || this.closest("[lang]")?.getAttribute("lang") || "en";
  }

  get #api(): Api {
    return createApi({
      base: new URL(this.src || "/", document.baseURI).href,
      team: this.team,
      fetchApi: this.fetchApi,
      token: async (renew) => {
        if (!renew && this.token) return this.token;
        const fresh = await this.getToken?.().catch(() => undefined);
        if (fresh) this.token = fresh;
        return fresh;
      },
    });
  }

  /** Reads the workflow and fetches what showing it needs; then shows its form, or the run of `run-id`. */
  async #load(): Promise<void> {
    if (!this.isConnected || !this.team || !(this.workflow || this.runId)) return;
    this.#generation += 1;
    const generation = this.#generation;
    this.#leaveRun();
    this.phase = { kind: "loading" };
    try {
      const words = loadWords(this.#locale);
      const form = loadForm();
      const resource = this.workflow ? await this.#api.getWorkflow(this.workflow) : undefined;
      await Promise.all([words, form]);
      if (generation !== this.#generation) return;
      this.#resource = resource;
      await this.#createForm(form);
      if (this.runId) await this.#follow(this.runId);
      else this.phase = { kind: "form" };
      this.#tell("dap-ready", { name: resource?.name ?? "" });
      void loadRun().catch(() => {}); // only to have it ready
    } catch (error) {
      if (generation === this.#generation) this.#showUnavailable(error);
    }
  }

  async #createForm(loading: ReturnType<typeof loadForm>): Promise<void> {
    const { createForm, style } = await loading;
    this.#wear(style);
    this.#form = createForm(this.inputSchema, this.values, {
      t: () => this.#t,
      isDisabled: () => this.isBusy || this.readonly,
      update: () => {
        this.requestUpdate();
        return this.updateComplete;
      },
      changed: (path, value) => {
        this.#submitKey = undefined;
        if (this.phase.kind === "form" && this.#form?.violations.size === 0) this.phase = { kind: "form" };
        this.#tell("dap-change", { path, value });
      },
      root: () => this.renderRoot,
    });
  }

  /** Puts on the style of a part that was fetched. */
  #wear({ styleSheet }: CSSResult): void {
    const root = this.renderRoot as ShadowRoot; // Lit's default
    if (styleSheet && !root.adoptedStyleSheets.includes(styleSheet)) root.adoptedStyleSheets.push(styleSheet);
  }

  #showUnavailable(error: unknown): void {
    const isExpired = error instanceof ApiError && error.status === 401;
    this.phase = { kind: "unavailable", message: this.#wordsFor(error), isExpired };
    this.#report(error);
  }

  #wordsFor(error: unknown): string {
    if (!(error instanceof ApiError)) return this.#t("unexpected");
    const known: Readonly<Record<number, MessageKey>> = {
      0: "unreachable",
      401: "expired",
      403: "forbidden",
      404: "notFound",
    };
    const key = known[error.status];
    return key ? this.#t(key) : error.message || this.#t("unexpected");
  }

  /** Tells the page what failed. A session that ended has an event of its own. */
  #report(error: unknown): void {
    const { code, retryable, status } =
      error instanceof ApiError ? error : { code: "UNEXPECTED", retryable: false, status: 0 };
    if (status === 401) this.#tell("dap-auth-expired", {});
    this.#tell("dap-error", { code, message: this.#wordsFor(error), retryable });
  }

  #tell(name: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }

  /** Sends the form, as its button does. Gives false when it is not filled in correctly or a listener prevented it. */
  async submit(): Promise<boolean> {
    if (this.isBusy || this.readonly || !this.workflow || ["running", "loading"].includes(this.phase.kind))
      return false;
    if (this.#form && !(await this.#form.validate())) {
      this.phase = { kind: "form", problem: this.#t("fix") };
      return false;
    }
    const input = this.#form?.input ?? {};
    if (!this.#tell("dap-submit", { input }, true)) return false;
    this.isBusy = true;
    // The same key until the server has answered: pressing again after a lost answer starts no second run.
    this.#submitKey ??= newKey();
    try {
      const runId = await this.#api.startRun(this.workflow, input, this.#submitKey);
      this.#submitKey = undefined;
      await this.#follow(runId);
      return true;
    } catch (error) {
      await this.#refused(error);
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  async #refused(error: unknown): Promise<void> {
    const known = error instanceof ApiError ? error : undefined;
    if (!known?.retryable) this.#submitKey = undefined;
    this.phase = { kind: "form", problem: this.#wordsFor(error) };
    this.isBusy = false; // a disabled field cannot take the focus
    this.#report(error);
    await this.#form?.refuse(known?.problems ?? []);
  }

  /** Back to the form, as it was first filled. */
  reset(): void {
    this.#form?.fill(this.values);
    this.#edit();
  }

  /** Back to the form, with what was typed. */
  #edit(): void {
    this.#leaveRun();
    this.phase = { kind: "form" };
  }

  /** Asks the server to cancel the run that is shown. */
  async cancel(): Promise<void> {
    if (this.phase.kind === "running") await this.#run?.cancel().catch((error) => this.#report(error));
  }

  #leaveRun(): void {
    this.#run?.leave();
    this.#run = undefined;
  }

  async #follow(runId: string): Promise<void> {
    const generation = this.#generation;
    const { RunModel, style } = await loadRun();
    if (generation !== this.#generation) return;
    this.#wear(style);
    this.#leaveRun();
    this.#run = new RunModel(runId, this.#resource?.draft.steps ?? [], {
      api: this.#api,
      t: () => this.#t,
      locale: () => this.#locale,
      update: () => this.requestUpdate(),
      progressed: (detail) => this.#tell("dap-progress", { runId, ...detail }),
      ended: (run) => this.#showEnd(run),
      lost: (error) => {
        this.#leaveRun();
        this.#showUnavailable(error);
      },
    });
    this.phase = { kind: "running" };
  }

  #showEnd({ id: runId, status, output, error }: RunResource): void {
    if (status === "succeeded") {
      this.phase = { kind: "succeeded", output };
      this.#tell("dap-result", { runId, output });
      return;
    }
    const isCancelled = status === "cancelled";
    const { code, message, retryable } = isCancelled
      ? { code: "CANCELLED", message: this.#t("cancelled"), retryable: true }
      : (error ?? { code: "UNEXPECTED", message: this.#t("unexpected"), retryable: false });
    this.phase = isCancelled ? { kind: "cancelled" } : { kind: "failed", error: error ?? { code, message } };
    this.#tell("dap-error", { runId, code, message, retryable: retryable ?? false });
  }

  protected override render(): TemplateResult {
    const name = this.#resource?.name ?? this.#run?.name;
    const description = this.#resource?.draft.description;
    return html`<section class="card" part="card" tabindex="-1" aria-busy=${this.phase.kind === "loading" ? "true" : nothing} aria-label=${name || nothing}>
      <slot name="header">${
        name
          ? html`<header part="header">
        <h2 part="title">${name}</h2>${description ? html`<p part="description">${description}</p>` : nothing}
      </header>`
          : nothing
      }</slot>
      ${this.#renderPhase()}
      <slot name="footer"></slot>
      <div class="sr" role="status">${this.#announcement()}</div>
    </section>`;
  }

  #renderPhase(): TemplateResult {
    const { phase } = this;
    switch (phase.kind) {
      case "loading":
        return html`<slot name="loading"><div class="run" aria-hidden="true">${[1, 2].map(() => html`<div class="bone short"></div><div class="bone"></div>`)}</div></slot>`;
      case "unavailable":
        return html`${renderAlert("failed", this.#t("unavailable"), phase.message)}
          <div class="actions">${this.#button("tryAgain", () => void this.#load())}</div>`;
      case "form":
        return this.#renderForm(phase.problem);
      case "running":
        return html`${this.#run?.render(undefined, this.readonly ? undefined : () => void this.cancel())}`;
      default:
        return html`<div class="outcome" part="outcome">${this.#run?.render(phase, undefined)}${this.#renderAgain(phase)}</div>`;
    }
  }

  #renderForm(problem: string | undefined): TemplateResult {
    const send = (event: Event) => {
      event.preventDefault();
      void this.submit();
    };
    const button = html`<div class="actions"><button class="primary" part="submit" ?disabled=${this.isBusy}>
      ${icon(this.isBusy ? "running" : "play")}${this.#t(this.isBusy ? "running" : "run")}
    </button></div>`;
    return html`<form part="form" novalidate @submit=${send}>
      ${this.#form?.render()}${problem ? renderAlert("failed", problem) : nothing}${this.readonly ? nothing : button}
    </form>`;
  }

  /** What can be done after a run: the same again where that may help, or back to the form. */
  #renderAgain(end: RunEnd): TemplateResult | typeof nothing {
    if (!this.workflow || this.readonly) return nothing;
    const repeat = end.kind === "succeeded" ? "runAgain" : "tryAgain";
    const canRepeat = end.kind !== "succeeded" && !(end.kind === "failed" && end.error.retryable === false);
    return html`<div class="actions">
      ${canRepeat || !this.#form ? this.#button(repeat, () => void this.submit(), end.kind === "succeeded" ? "" : "primary") : nothing}
      ${this.#form ? this.#button(end.kind === "succeeded" ? "runAgain" : "edit", () => this.#edit()) : nothing}
    </div>`;
  }

  #button(key: MessageKey, act: () => void, look = ""): TemplateResult {
    return html`<button type="button" class=${look} part="again" ?disabled=${this.isBusy} @click=${act}>${this.#t(key)}</button>`;
  }

  /** What a screen reader hears when things change by themselves. */
  #announcement(): string {
    const { kind } = this.phase;
    if (kind === "succeeded" || kind === "loading") return this.#t(kind);
    return kind === "running" ? (this.#run?.words ?? "") : "";
  }
}

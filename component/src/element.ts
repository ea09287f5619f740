import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Api, ApiError, createApi, newKey } from "./api";
import { checkForm, type Violations } from "./form/check";
import { type Field, formOf } from "./form/field";
import { initialValue, inputOf, merge, type Path, pointerOf, valueAt, withValue } from "./form/value";
import { type FormContext, idOf, renderField } from "./form/view";
import { icon } from "./icon";
import { type MessageKey, type Translate, translator } from "./message";
import { isEnded, type Json, type RunError, type RunResource, type Schema, type WorkflowResource } from "./protocol";
import { followRun } from "./run/live";
import {
  activeLine,
  applyEvent,
  doneCount,
  fromRun,
  labelOf,
  type Progress,
  percentOf,
  startProgress,
} from "./run/progress";
import { renderValue } from "./run/result";
import { durationText, renderBar, renderSteps } from "./run/view";
import { style } from "./style";

/** What the element shows. */
type Phase =
  | { readonly kind: "loading" }
  | { readonly kind: "unavailable"; readonly message: string; readonly isExpired: boolean }
  | { readonly kind: "form"; readonly problem?: string }
  | { readonly kind: "running"; readonly isCancelling: boolean }
  | { readonly kind: "succeeded"; readonly output: Json }
  | { readonly kind: "failed"; readonly error: RunError }
  | { readonly kind: "cancelled" };

const noViolations: Violations = new Map();
const emptyProgress: Progress = startProgress([]);

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
    locale: {},
    theme: { reflect: true },
    values: { type: Object },
    readonly: { type: Boolean },
    runId: { attribute: "run-id" },
    phase: { state: true },
    progress: { state: true },
    violations: { state: true },
    isBusy: { state: true },
    elapsedMs: { state: true },
  };

  /** The platform's base URL. Default: the page's own origin. */
  declare src: string;
  declare team: string;
  declare workflow: string;
  /** A short-lived token. As a property it does not show in the page's source. */
  declare token: string;
  /** Asked for a token when there is none, or when the last one was refused. */
  declare getToken: (() => Promise<string>) | undefined;
  /** BCP 47; default: the nearest `lang` of the page. */
  declare locale: string;
  declare theme: "light" | "dark" | "auto";
  /** What the form is filled with. Setting it anew fills the form anew. */
  declare values: { readonly [name: string]: unknown } | undefined;
  declare readonly: boolean;
  /** Shows this run instead of the form. */
  declare runId: string;

  declare private phase: Phase;
  declare private progress: Progress;
  declare private violations: Violations;
  declare private isBusy: boolean;
  declare private elapsedMs: number;

  private resource: WorkflowResource | undefined;
  private title_ = "";
  private field: Field | undefined;
  private value: unknown;
  private touched = new Set<string>();
  private currentRun: string | undefined;
  private stopFollowing: (() => void) | undefined;
  private clock: ReturnType<typeof setInterval> | undefined;
  private submitKey: string | undefined;
  /** Counts loads, so that the answer to an older one is dropped. */
  private generation = 0;

  constructor() {
    super();
    this.src = "";
    this.team = "";
    this.workflow = "";
    this.token = "";
    this.locale = "";
    this.theme = "auto";
    this.readonly = false;
    this.runId = "";
    this.phase = { kind: "loading" };
    this.progress = emptyProgress;
    this.violations = noViolations;
    this.isBusy = false;
    this.elapsedMs = 0;
  }

  /** The schema of the input, once the workflow is loaded. */
  get inputSchema(): Schema | boolean | undefined {
    return this.resource?.draft.trigger.input;
  }

  /** What the form would send now; `undefined` while it is not filled in correctly. */
  get input(): Json | undefined {
    const isValid = this.field && checkForm(this.field, this.value, this.t).size === 0;
    return this.field && isValid ? inputOf(this.field, this.value) : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leaveRun();
    this.generation += 1;
  }

  protected override updated(changed: PropertyValues): void {
    const isElsewhere = ["src", "team", "workflow", "runId"].some((name) => changed.has(name));
    const isExpired = this.phase.kind === "unavailable" && this.phase.isExpired;
    if (isElsewhere || (isExpired && (changed.has("token") || changed.has("getToken")))) void this.load();
    else if (changed.has("values") && this.field) this.fill();
  }

  private get t(): Translate {
    return translator(this.tongue);
  }

  private get tongue(): string {
    return this.locale || this.closest("[lang]")?.getAttribute("lang") || "en";
  }

  private get api(): Api {
    return createApi({
      base: new URL(this.src || "/", document.baseURI).href,
      team: this.team,
      token: async (renew) => {
        if (!renew && this.token) return this.token;
        const fresh = await this.getToken?.().catch(() => undefined);
        if (fresh) this.token = fresh;
        return fresh;
      },
    });
  }

  /** Reads the workflow, and the run when there is a `run-id`. */
  private async load(): Promise<void> {
    if (!this.isConnected || !this.team || !(this.workflow || this.runId)) return;
    this.generation += 1;
    const { generation } = this;
    this.leaveRun();
    this.phase = { kind: "loading" };
    try {
      const resource = this.workflow ? await this.api.getWorkflow(this.workflow) : undefined;
      if (generation !== this.generation) return;
      this.resource = resource;
      this.title_ = resource?.name ?? "";
      this.field = formOf(resource?.draft.trigger.input);
      this.fill();
      if (this.runId) this.follow(this.runId);
      else this.phase = { kind: "form" };
      this.tell("dap-ready", { name: this.title_ });
    } catch (error) {
      if (generation === this.generation) this.showUnavailable(error);
    }
  }

  private fill(): void {
    this.value = this.field && merge(initialValue(this.field), this.values);
    this.touched.clear();
    this.violations = noViolations;
    this.requestUpdate();
  }

  private showUnavailable(error: unknown): void {
    const isExpired = error instanceof ApiError && error.status === 401;
    this.phase = { kind: "unavailable", message: this.wordsFor(error), isExpired };
    this.report(error);
  }

  private wordsFor(error: unknown): string {
    if (!(error instanceof ApiError)) return this.t("unexpected");
    const known: Readonly<Record<number, MessageKey>> = {
      0: "unreachable",
      401: "expired",
      403: "forbidden",
      404: "notFound",
    };
    const key = known[error.status];
    return key ? this.t(key) : error.message || this.t("unexpected");
  }

  /** Tells the page what failed. A session that ended has an event of its own. */
  private report(error: unknown): void {
    if (error instanceof ApiError && error.status === 401) this.tell("dap-auth-expired", {});
    const { code, retryable } = error instanceof ApiError ? error : { code: "UNEXPECTED", retryable: false };
    this.tell("dap-error", { code, message: this.wordsFor(error), retryable });
  }

  private tell(name: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }

  /** Sends the form, as its button does. Gives false when it is not filled in correctly or a listener prevented it. */
  async submit(): Promise<boolean> {
    if (this.isBusy || this.readonly || this.phase.kind === "running" || this.phase.kind === "loading") return false;
    this.violations = this.field ? checkForm(this.field, this.value, this.t) : noViolations;
    if (this.violations.size > 0) {
      this.phase = { kind: "form", problem: this.t("fix") };
      await this.focusFirst();
      return false;
    }
    const input = (this.field && inputOf(this.field, this.value)) ?? {};
    if (!this.tell("dap-submit", { input }, true)) return false;
    this.isBusy = true;
    // The same key until the server has answered: pressing again after a lost answer starts no second run.
    this.submitKey ??= newKey();
    try {
      const runId = await this.api.startRun(this.workflow, input, this.submitKey);
      this.submitKey = undefined;
      this.follow(runId);
      return true;
    } catch (error) {
      await this.refused(error);
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  /** Puts the server's complaints beside the fields they are about. */
  private async refused(error: unknown): Promise<void> {
    const problems = error instanceof ApiError ? error.problems : [];
    if (error instanceof ApiError && !error.retryable) this.submitKey = undefined;
    this.violations = new Map(
      problems.map(({ path, message }) => [path.replace(/^\/(input|body)(?=\/|$)/, ""), message]),
    );
    this.phase = { kind: "form", problem: this.wordsFor(error) };
    this.report(error);
    if (this.violations.size > 0) await this.focusFirst();
  }

  private async focusFirst(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }

  /** Back to the form, as it was first filled. */
  reset(): void {
    this.fill();
    this.edit();
  }

  /** Back to the form, with what was typed. */
  private edit(): void {
    this.leaveRun();
    this.violations = noViolations;
    this.phase = { kind: "form" };
  }

  /** Asks the server to cancel the run that is shown. */
  async cancel(): Promise<void> {
    if (this.phase.kind !== "running" || !this.currentRun) return;
    this.phase = { kind: "running", isCancelling: true };
    try {
      await this.api.cancelRun(this.currentRun);
    } catch (error) {
      if (this.phase.kind === "running") this.phase = { kind: "running", isCancelling: false };
      this.report(error);
    }
  }

  private leaveRun(): void {
    this.stopFollowing?.();
    this.stopFollowing = undefined;
    this.currentRun = undefined;
    clearInterval(this.clock);
  }

  private follow(runId: string): void {
    this.leaveRun();
    this.currentRun = runId;
    this.progress = startProgress(this.resource?.draft.steps ?? []);
    this.phase = { kind: "running", isCancelling: false };
    this.elapsedMs = 0;
    const startedAt = performance.now();
    this.clock = setInterval(() => {
      this.elapsedMs = performance.now() - startedAt;
    }, 1_000);
    this.stopFollowing = followRun(
      runId,
      {
        event: (seq, event) => this.moveOn(runId, applyEvent(this.progress, seq, event)),
        run: (run) => this.see(run),
        lost: (error) => {
          this.leaveRun();
          this.showUnavailable(error);
        },
      },
      { api: this.api },
    );
  }

  private moveOn(runId: string, next: Progress): void {
    const before = this.progress;
    this.progress = next;
    const line = activeLine(next);
    const isSame = percentOf(before) === percentOf(next) && activeLine(before)?.id === line?.id;
    if (!isSame)
      this.tell("dap-progress", {
        runId,
        step: line?.id ?? null,
        status: line?.status ?? null,
        percent: percentOf(next),
      });
  }

  /** The run as the server has it: the end of it, or a catch-up. */
  private see(run: RunResource): void {
    this.title_ ||= run.workflowName;
    this.moveOn(run.id, fromRun(this.progress, run));
    if (run.status === "cancelling" && this.phase.kind === "running")
      this.phase = { kind: "running", isCancelling: true };
    if (!isEnded(run.status)) return;
    const startedAtMs = Date.parse(run.createdAt);
    this.elapsedMs = Math.max(0, Date.parse(run.endedAt ?? "") - startedAtMs) || this.elapsedMs;
    this.leaveRun();
    if (run.status === "succeeded") {
      this.phase = { kind: "succeeded", output: run.output };
      this.tell("dap-result", { runId: run.id, output: run.output });
    } else if (run.status === "cancelled") {
      this.phase = { kind: "cancelled" };
      this.tell("dap-error", { runId: run.id, code: "CANCELLED", message: this.t("cancelled"), retryable: true });
    } else {
      const error = run.error ?? { code: "UNEXPECTED", message: this.t("unexpected") };
      this.phase = { kind: "failed", error };
      this.tell("dap-error", {
        runId: run.id,
        code: error.code,
        message: error.message,
        retryable: error.retryable ?? false,
      });
    }
  }

  private get formContext(): FormContext {
    return {
      value: this.value,
      violations: this.violations,
      disabled: this.isBusy || this.readonly,
      t: this.t,
      change: (path, value) => this.changed(path, value),
      touch: (path) => {
        this.touched.add(pointerOf(path));
        this.recheck();
      },
      focus: (path) => void this.updateComplete.then(() => this.focusIn(path)),
    };
  }

  private changed(path: Path, value: unknown): void {
    this.value = withValue(this.value, path, value);
    this.submitKey = undefined;
    this.recheck();
    this.requestUpdate();
    this.tell("dap-change", { path: pointerOf(path), value: this.value });
  }

  /** Complaints already shown are kept up to date; a new one is shown only where a field was left with something in it. */
  private recheck(): void {
    if (!this.field) return;
    const shown = new Map<string, string>();
    for (const [at, message] of checkForm(this.field, this.value, this.t)) {
      if (this.violations.has(at) || (this.touched.has(at) && this.isFilled(at))) shown.set(at, message);
    }
    this.violations = shown;
    if (shown.size === 0 && this.phase.kind === "form" && this.phase.problem) this.phase = { kind: "form" };
  }

  private isFilled(pointer: string): boolean {
    const path = pointer
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const value = valueAt(this.value, path);
    return value !== undefined && value !== "";
  }

  private focusIn(path: Path): void {
    const place = this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(idOf(path))}`);
    (place?.matches("fieldset")
      ? (place.querySelector<HTMLElement>("input,select,textarea") ?? place)
      : place
    )?.focus();
  }

  protected override render(): TemplateResult {
    const { phase } = this;
    return html`<section class="card" part="card" aria-busy=${phase.kind === "loading" ? "true" : nothing} aria-label=${this.title_ || nothing}>
      <slot name="header">${this.renderHeader()}</slot>
      ${this.renderPhase(phase)}
      <slot name="footer"></slot>
      <div class="sr" role="status">${this.announcement(phase)}</div>
    </section>`;
  }

  private renderHeader(): TemplateResult | typeof nothing {
    const description = this.resource?.draft.description;
    if (!this.title_) return nothing;
    return html`<header part="header"><h2 part="title">${this.title_}</h2>${description ? html`<p part="description">${description}</p>` : nothing}</header>`;
  }

  private renderPhase(phase: Phase): TemplateResult {
    switch (phase.kind) {
      case "loading":
        return html`<slot name="loading"><div class="run" aria-hidden="true"><div class="bone short"></div><div class="bone"></div><div class="bone short"></div><div class="bone"></div></div></slot>`;
      case "unavailable":
        return html`${this.alert("failed", this.t("unavailable"), phase.message)}
          <div class="actions">${this.button("tryAgain", () => void this.load())}</div>`;
      case "form":
        return this.renderForm(phase.problem);
      case "running":
        return this.renderRun(phase.isCancelling);
      case "succeeded":
        return html`<div class="outcome">${this.renderOutcome(phase.output)}${this.again()}</div>`;
      case "failed":
        return html`<div class="outcome">${this.renderFailure(phase.error)}${this.again(phase.error)}</div>`;
      case "cancelled":
        return html`<div class="outcome">${this.alert("cancelled", this.t("cancelled"))}${this.renderDetails()}${this.again()}</div>`;
    }
  }

  private renderForm(problem: string | undefined): TemplateResult {
    const send = (event: Event) => {
      event.preventDefault();
      void this.submit();
    };
    return html`<form part="form" novalidate @submit=${send}>
      ${this.field ? renderField(this.field, [], this.formContext) : nothing}
      ${problem ? this.alert("failed", problem) : nothing}
      ${
        this.readonly
          ? nothing
          : html`<div class="actions">
        <button class="primary" part="submit" ?disabled=${this.isBusy}>${icon(this.isBusy ? "running" : "play")}${this.t(this.isBusy ? "running" : "run")}</button>
      </div>`
      }
    </form>`;
  }

  private renderRun(isCancelling: boolean): TemplateResult {
    const { t } = this;
    const words = isCancelling ? t("cancelling") : this.progress.seq === 0 ? t("queued") : t("running");
    return html`<div class="run" part="status">
      <div class="headline">${icon("running")}<h3>${words}</h3><span class="faint" aria-hidden="true">${durationText(Math.floor(this.elapsedMs / 1_000) * 1_000, this.tongue)}</span>
        ${this.readonly ? nothing : html`<button type="button" class="small" part="cancel" ?disabled=${isCancelling} @click=${() => void this.cancel()}>${t("cancel")}</button>`}
      </div>
      ${renderBar(this.progress, t)}
      ${renderSteps(this.progress, t, this.tongue)}
    </div>`;
  }

  private renderOutcome(output: Json): TemplateResult {
    const tongue = { t: this.t, locale: this.tongue };
    const isEmpty = output === null || (typeof output === "object" && Object.keys(output).length === 0);
    return html`<div class="headline done">${icon("succeeded")}<h3>${this.t("succeeded")}</h3><span class="faint">${durationText(this.elapsedMs, this.tongue)}</span></div>
      <slot name="result"><div class="value" part="result">${isEmpty ? html`<span class="faint">${this.t("noResult")}</span>` : renderValue(output, tongue)}</div></slot>
      ${this.renderDetails()}`;
  }

  private renderFailure(error: RunError): TemplateResult {
    const id = error.stepKey?.split("/")[0];
    const line = this.progress.lines.find((one) => id !== undefined && one.ids.has(id));
    const place = line
      ? this.t("failedAt", { n: line.label })
      : id
        ? this.t("failedAt", { n: labelOf(id) })
        : undefined;
    return html`<slot name="error">${this.alert("failed", this.t("failed"), error.message, place, error.code)}</slot>
      ${this.renderDetails(true)}`;
  }

  private renderDetails(isOpen = false): TemplateResult | typeof nothing {
    if (this.progress.lines.length === 0) return nothing;
    return html`<details ?open=${isOpen}><summary>${this.t("steps")}</summary>${renderSteps(this.progress, this.t, this.tongue)}</details>`;
  }

  private again(error?: RunError): TemplateResult | typeof nothing {
    if (!this.workflow || this.readonly) return nothing;
    const back = () => this.edit();
    if (!this.field)
      return html`<div class="actions">${this.button(error ? "tryAgain" : "runAgain", () => void this.submit())}</div>`;
    return html`<div class="actions">${error ? this.button("edit", back) : this.button("runAgain", back)}</div>`;
  }

  private button(key: MessageKey, act: () => void): TemplateResult {
    return html`<button type="button" part="again" @click=${act}>${this.t(key)}</button>`;
  }

  private alert(tone: "failed" | "cancelled", title: string, ...lines: (string | undefined)[]): TemplateResult {
    const [message, place, code] = lines;
    return html`<div class="alert ${tone}" part="error" role="alert">${icon(tone)}<strong>${title}</strong>
      ${message ? html`<p>${message}</p>` : nothing}
      ${place || code ? html`<p class="faint">${place} ${code ? html`<code class="mono">${code}</code>` : nothing}</p>` : nothing}
    </div>`;
  }

  /** What a screen reader hears when things change by themselves. */
  private announcement(phase: Phase): string {
    if (phase.kind === "succeeded") return this.t("succeeded");
    if (phase.kind === "loading") return this.t("loading");
    if (phase.kind !== "running") return "";
    const total = this.progress.lines.length;
    return total === 0 ? this.t("started") : this.t("progress", { n: doneCount(this.progress), m: total });
  }
}

import type { TemplateResult } from "lit";
import type { Api } from "../api";
import type { Translate } from "../message";
import { type DocumentStep, isEnded, type RunResource } from "../protocol";
import { followRun } from "./live";
import { activeLine, applyEvent, doneCount, fromRun, type Progress, percentOf, startProgress } from "./progress";
import { type RunEnd, type RunView, renderEnd, renderRunning } from "./view";

/** What a run needs of the element around it. */
export type RunHost = {
  readonly api: Api;
  readonly t: () => Translate;
  readonly locale: () => string;
  readonly update: () => void;
  readonly progressed: (detail: { step: string | null; status: string | null; percent: number }) => void;
  readonly ended: (run: RunResource) => void;
  readonly lost: (error: unknown) => void;
};

/** One run, followed to its end. */
export class RunModel {
  readonly id: string;
  isCancelling = false;
  name = "";
  #progress: Progress;
  #elapsedMs = 0;
  readonly #host: RunHost;
  readonly #stop: () => void;

  constructor(id: string, steps: readonly DocumentStep[], host: RunHost) {
    this.id = id;
    this.#host = host;
    this.#progress = startProgress(steps);
    const startedAt = performance.now();
    const clock = setInterval(() => {
      this.#elapsedMs = performance.now() - startedAt;
      host.update();
    }, 1_000);
    const stopFollowing = followRun(
      id,
      {
        event: (seq, event) => this.#moveOn(applyEvent(this.#progress, seq, event)),
        run: (run) => this.#see(run),
        lost: host.lost,
      },
      host,
    );
    this.#stop = () => {
      clearInterval(clock);
      stopFollowing();
    };
  }

  leave(): void {
    this.#stop();
  }

  async cancel(): Promise<void> {
    this.isCancelling = true;
    this.#host.update();
    try {
      await this.#host.api.cancelRun(this.id);
    } catch (error) {
      this.isCancelling = false;
      this.#host.update();
      throw error;
    }
  }

  /** What a screen reader hears as the run goes on. */
  get words(): string {
    const total = this.#progress.lines.length;
    const t = this.#host.t();
    return total === 0 ? t("started") : t("progress", { n: doneCount(this.#progress), m: total });
  }

  render(end: RunEnd | undefined, cancel: (() => void) | undefined): TemplateResult {
    const { t, locale } = this.#host;
    const view: RunView = { progress: this.#progress, elapsedMs: this.#elapsedMs, t: t(), locale: locale() };
    return end ? renderEnd(view, end) : renderRunning(view, this.isCancelling, cancel);
  }

  #moveOn(next: Progress): void {
    const before = this.#progress;
    this.#progress = next;
    this.#host.update();
    const line = activeLine(next);
    const percent = percentOf(next);
    if (percentOf(before) === percent && activeLine(before)?.id === line?.id) return;
    this.#host.progressed({ step: line?.id ?? null, status: line?.status ?? null, percent });
  }

  /** The run as the server has it: a catch-up, or the end. */
  #see(run: RunResource): void {
    this.name = run.workflowName;
    this.isCancelling ||= run.status === "cancelling";
    this.#moveOn(fromRun(this.#progress, run));
    if (!isEnded(run.status)) return;
    this.leave();
    this.#elapsedMs = Math.max(0, Date.parse(run.endedAt ?? "") - Date.parse(run.createdAt)) || this.#elapsedMs;
    this.#host.ended(run);
  }
}

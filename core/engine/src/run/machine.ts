import {
  type InputEvent,
  type Json,
  type RecordEvent,
  type RunResponse,
  type StepError,
  StepFault,
} from "@dap/contract";
import { createMeter, type Evaluate, ExpressionError, type Meter } from "@dap/expression";
import type { Effect } from "../effect";
import type { Mail, Verdict } from "../state";
import { type Env, keyAt } from "./env";
import { budget } from "./limit";
import type { Trace } from "./trace";

export type Signal = Verdict["kind"];

/**
 * The registers of one `advance`: how the block that ended last came out, what has to leave as effects and records, and
 * which step the event is for. Made anew for every event, so blocks may write to it freely.
 */
export class Machine {
  signal: Signal = "done";
  /** Of `done` and `returned`; `undefined` is a missing output. */
  value: Json | undefined = undefined;
  error: StepError = noError;
  /** The step whose error it is. */
  errorKey = "";
  /** The run's budget is spent: no `catch` and no `onError` may go on. */
  isExhausted = false;
  readonly effects: Effect[] = [];
  readonly records: RecordEvent[] = [];
  /** Children still to follow to the event's step, and the rounds to take on the way. */
  route: readonly number[] = [];
  depth = 0;
  rounds: readonly number[] = [];
  roundDepth = 0;
  readonly meter: Meter = createMeter();
  mail: Mail | null = null;

  constructor(
    readonly event: InputEvent,
    readonly nowMs: number,
    public stepsLeft: number,
    public bytesLeft: number,
    public isResponded: boolean,
    readonly trace: Trace | null,
  ) {}

  /** Evaluates under the limits of one evaluation and of the run. Throws what the expression throws. */
  evaluate(evaluate: Evaluate, env: Env): Json | undefined {
    this.openWindow();
    try {
      return evaluate(env.names, this.meter);
    } finally {
      this.closeWindow();
    }
  }

  /** Like `evaluate`, for a pure step's own work. */
  compute(compute: (input: Json, meter: Meter) => Json, input: Json): Json {
    this.openWindow();
    try {
      return compute(input, this.meter);
    } finally {
      this.closeWindow();
    }
  }

  private windowSteps = 0;
  private windowBytes = 0;

  private openWindow(): void {
    this.windowSteps = Math.min(this.stepsLeft, budget.stepsOnce);
    this.windowBytes = Math.min(this.bytesLeft, budget.bytesOnce);
    this.meter.steps = this.windowSteps;
    this.meter.bytes = this.windowBytes;
  }

  private closeWindow(): void {
    this.stepsLeft -= this.windowSteps - this.meter.steps;
    this.bytesLeft -= this.windowBytes - this.meter.bytes;
  }

  /** The engine's own work for a step or a round. False, with the verdict set, when the run's budget is spent. */
  charge(id: string, env: Env): boolean {
    this.stepsLeft -= 1;
    if (this.stepsLeft >= 0 && this.bytesLeft >= 0) return true;
    this.isExhausted = true;
    this.failWith("RUN_BUDGET", "This run has done more work than one run may.", keyAt(id, env));
    return false;
  }

  /** Opens the mail of a wait that begins: what came before it, if anything did. */
  openMail(stepKey: string): { readonly body: Json } | undefined {
    const letter = this.mail !== null && Object.hasOwn(this.mail, stepKey) ? this.mail[stepKey] : undefined;
    this.mail = { ...this.mail, [stepKey]: null };
    return letter ?? undefined;
  }

  done(value: Json | undefined): null {
    this.signal = "done";
    this.value = value;
    return null;
  }

  aborted(): null {
    this.signal = "aborted";
    this.value = undefined;
    return null;
  }

  fail(error: StepError, stepKey: string): null {
    this.signal = "failed";
    this.value = undefined;
    this.error = error;
    this.errorKey = stepKey;
    return null;
  }

  failWith(code: string, message: string, stepKey: string): null {
    return this.fail({ code, message, retryable: false }, stepKey);
  }

  /** What an expression or a pure step threw, as the failure of the step. */
  failThrown(thrown: unknown, stepKey: string): null {
    return this.fail(toStepError(thrown), stepKey);
  }

  respond(stepKey: string, response: RunResponse): void {
    if (this.isResponded) return;
    this.isResponded = true;
    this.records.push({ kind: "responded", stepKey, response });
    this.effects.push({ kind: "answer", response });
  }

  decide(stepKey: string, choice: string): void {
    this.records.push({ kind: "decided", stepKey, choice });
  }

  /** The registers as data, to be kept while something else has to end first. */
  verdict(): Verdict {
    switch (this.signal) {
      case "done":
        return { kind: "done", value: this.value ?? null, missing: this.value === undefined };
      case "failed":
        return { kind: "failed", error: this.error, stepKey: this.errorKey };
      case "returned":
        return { kind: "returned", value: this.value ?? null };
      case "aborted":
        return abortedVerdict;
    }
  }

  settle(verdict: Verdict): null {
    switch (verdict.kind) {
      case "done":
        return this.done(verdict.missing ? undefined : verdict.value);
      case "failed":
        return this.fail(verdict.error, verdict.stepKey);
      case "returned":
        this.signal = "returned";
        this.value = verdict.value;
        return null;
      case "aborted":
        return this.aborted();
    }
  }
}

export const abortedVerdict: Verdict = { kind: "aborted" };
const noError: StepError = { code: "", message: "", retryable: false };

function toStepError(thrown: unknown): StepError {
  if (thrown instanceof ExpressionError) return { code: thrown.code, message: thrown.message, retryable: false };
  if (thrown instanceof StepFault) {
    const { code, message, details } = thrown;
    return { code, message, retryable: false, ...(details !== undefined && { details }) };
  }
  // A fault of the platform itself: deep recursion in a step's code, for one. The run fails instead of its worker.
  return { code: "STEP_CRASHED", message: "The step could not be computed.", retryable: false };
}

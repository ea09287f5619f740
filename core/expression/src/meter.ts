import { ExpressionError } from "./error";

/** What an evaluation may use. `steps` count visited nodes and items, `bytes` what is built (text counts one per UTF-16 unit). */
export type MeterLimits = { readonly steps: number; readonly bytes: number };

/** Per evaluation, unless the caller shares one meter between many. */
export const defaultMeterLimits: MeterLimits = { steps: 200_000, bytes: 4 * 1024 * 1024 };

/**
 * Counts work instead of time, so that the same evaluation stops at the same place everywhere. The counters are what is
 * left; once one is overdrawn every further charge fails too.
 */
export class Meter {
  constructor(
    public steps: number,
    public bytes: number,
  ) {}

  /** Charges before the work is done. Throws `ExpressionError` with `BUDGET_STEPS` or `BUDGET_BYTES`. */
  charge(steps: number, bytes = 0): void {
    this.steps -= steps;
    if (this.steps < 0) throw overSteps();
    if (bytes === 0) return;
    this.bytes -= bytes;
    if (this.bytes < 0) throw overBytes();
  }
}

/** A meter with the given limits; those left out have their defaults (200,000 steps, 4 MiB). */
export const createMeter = (limits: Partial<MeterLimits> = {}): Meter =>
  new Meter(limits.steps ?? defaultMeterLimits.steps, limits.bytes ?? defaultMeterLimits.bytes);

const overSteps = () => new ExpressionError("BUDGET_STEPS", "this expression does more work than one evaluation may");
const overBytes = () => new ExpressionError("BUDGET_BYTES", "this expression builds more data than one evaluation may");

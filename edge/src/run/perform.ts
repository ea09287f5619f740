import { type Egress, performStep, type StepCall } from "@dap/connector";
import type { Logger } from "@dap/platform/log";
import { performCall } from "@dap/run";
import { type InlineDeps, inlineTimeoutMs } from "./inline";

/** Performs the reads of inline runs through this egress. A run's own time bounds every call that may take as long. */
export function createPerform(egress: Egress, log: Logger): InlineDeps["perform"] {
  const world = { egress, nowMs: Date.now, randomUuid: () => crypto.randomUUID() };
  const deps = {
    nowMs: Date.now,
    chance: Math.random,
    log,
    runTimeoutMs: inlineTimeoutMs,
    performStep: (call: StepCall, signal: AbortSignal) => performStep(call, { ...world, signal }),
  };
  return (invoke, runId, signal) => performCall({ originRunId: runId, invoke }, signal, deps);
}

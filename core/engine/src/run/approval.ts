import type { Json } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { PlanStep } from "../plan/plan";
import type { ApprovalLive, Decision } from "../state";
import type { Block } from "./block";
import { keyAt } from "./env";
import { waitMsMax } from "./limit";
import type { Machine } from "./machine";

export type ApprovalParts = {
  readonly title: Evaluate;
  readonly deadline: Evaluate;
  readonly approvers: readonly string[];
  readonly needed: number;
};

/**
 * Asks people: approved when `needed` of them approve, not approved when one rejects or the deadline passes. The store lets
 * through who may answer, each once, and either the deciding answer or the deadline.
 */
export function createApproval(step: PlanStep, parts: ApprovalParts): Block {
  return {
    isPure: false,
    start: (machine, env) => {
      const stepKey = keyAt(step.id, env);
      if (!machine.charge(step.id, env)) return null;
      let title: Json | undefined;
      let deadlineMs: Json | undefined;
      try {
        title = machine.evaluate(parts.title, env) ?? null;
        deadlineMs = machine.evaluate(parts.deadline, env);
      } catch (thrown) {
        return machine.failThrown(thrown, stepKey);
      }
      if (typeof deadlineMs !== "number" || deadlineMs > waitMsMax)
        return machine.failWith("WRONG_TYPE", "deadlineMs must be a number of milliseconds, a year at most.", stepKey);
      const { approvers, needed } = parts;
      const view = { stepKey, stepId: step.id, use: step.use, attempt: 1, status: "waiting" } as const;
      machine.trace?.note({ ...view, startedAtMs: machine.nowMs, input: { title, approvers, needed } });
      const dueAtMs = machine.nowMs + Math.max(0, Math.ceil(deadlineMs));
      machine.effects.push({ kind: "wake", stepKey, purpose: "approval", attempt: 1, dueAtMs });
      return { kind: "approval", stepKey, dueAtMs, decisions: [] };
    },
    resume: (machine, _env, live) => (live.kind === "approval" ? hear(machine, parts.needed, live) : live),
    abort: (machine) => machine.aborted(),
  };
}

function hear(machine: Machine, needed: number, live: ApprovalLive): ApprovalLive | null {
  const { event } = machine;
  if (event.kind === "timerFired" && event.purpose === "approval")
    return machine.done({ approved: false, decisions: live.decisions, reason: "deadline" });
  if (event.kind !== "approvalDecided") return live;
  const { by, decision, note } = event;
  const said: Decision = { by, decision, note, at: new Date(event.atMs).toISOString() };
  const decisions = [...live.decisions, said];
  const approvals = decisions.filter((one) => one.decision === "approve").length;
  if (decision === "reject") return machine.done({ approved: false, decisions });
  return approvals >= needed ? machine.done({ approved: true, decisions }) : { ...live, decisions };
}

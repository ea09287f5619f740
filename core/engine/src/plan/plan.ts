import type { EffectClass, UnknownPolicy, Workflow } from "@dap/contract";
import type { Evaluate } from "@dap/expression";
import type { RetryPolicy } from "../retry";
import type { Block } from "../run/block";
import type { CompiledSchema } from "../schema/compile-schema";

/** A workflow version made ready to run: immutable, shared by all its runs, never stored. */
export type Plan = {
  readonly document: Workflow;
  /** Whether the edge may run it next to the caller (architecture.md section 3, "What may be inline"). */
  readonly durability: "inline" | "durable";
  /** Of `trigger.body`, or of `trigger.query` where `inputPlace` says so. */
  readonly inputSchema?: CompiledSchema;
  readonly inputPlace: "body" | "query";
  /** Every step by id, as far as people and shells care. */
  readonly steps: ReadonlyMap<string, PlanStep>;
  readonly root: Block;
  readonly output: Evaluate | undefined;
  /** Ids of the steps outside loops that wait for an event. */
  readonly waits: readonly string[];
  readonly resumeUrl: ResumeUrl | undefined;
  /** Whether its runs may give out addresses: their acceptance freezes the base of these. */
  readonly givesLinks: boolean;
};

/**
 * The address at which a wait is answered, below `publicUrl` where the run's acceptance named one. The same for the same
 * run and step key for ever: it may be part of a call's input, which a replay compares.
 */
export type ResumeUrl = (runId: string, stepKey: string, publicUrl: string | undefined) => string;

export type PlanStep = {
  readonly id: string;
  readonly use: string;
  readonly isControl: boolean;
  readonly isPure: boolean;
  readonly connection?: string;
  readonly effect: EffectClass;
  readonly policy: UnknownPolicy;
  readonly retry: RetryPolicy | undefined;
  /** Whether outsiders may write to it before it begins. */
  readonly hasMail: boolean;
  /** Who may answer an approval (nobody named: all who may answer), and how many have to. */
  readonly approval?: { readonly approvers: readonly string[]; readonly needed: number };
  /** Of the body of an event that it waits for. */
  readonly eventSchema?: CompiledSchema;
  /** Of one attempt of a plain step. */
  readonly timeoutMs: number;
  /** Where the step stands: which child to follow from the root down. Loops take one index of the step key each. */
  readonly route: readonly number[];
  readonly loops: number;
};

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
};

export type PlanStep = {
  readonly id: string;
  readonly use: string;
  readonly isControl: boolean;
  readonly isPure: boolean;
  readonly connection?: string;
  readonly effect: EffectClass;
  readonly policy: UnknownPolicy;
  readonly retry: RetryPolicy | undefined;
  /** Of one attempt of a plain step. */
  readonly timeoutMs: number;
  /** Where the step stands: which child to follow from the root down. Loops take one index of the step key each. */
  readonly route: readonly number[];
  readonly loops: number;
};

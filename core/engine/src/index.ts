/**
 * The heart of the platform: makes a plan of a workflow version, and moves a run forward one event at a time.
 * Pure: time, chance and the world's answers arrive in events; work to be done leaves as effects.
 */

export { semantics } from "@dap/expression";
export { advance, outcomeOf } from "./advance";
export { type CompileDeps, type CompiledWorkflow, compileWorkflow } from "./compile-workflow";
export type { AbortEffect, Advance, Effect, InvokeEffect, WakeEffect } from "./effect";
export { type Folded, foldRun } from "./fold";
export type { Plan, PlanStep, ResumeUrl } from "./plan/plan";
export { type Due, type DueRequest, dueTicks } from "./schedule/due";
export { jitterOf, type ScheduleRule, scheduleTicks, type Ticks, ticksBetween } from "./schedule/tick";
export { type CompiledSchema, compileSchema, type SchemaViolation, validate } from "./schema/compile-schema";
export type { RunState } from "./state";
export { timeline } from "./timeline";

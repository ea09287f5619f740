import type { Json } from "./json";
import type { JsonSchema } from "./json-schema";

/** What repeating a step may do to the world (architecture.md, section 2). */
export type EffectClass = "pure" | "read" | "keyed" | "unkeyed";

/** For `unkeyed` effects: what to do when nobody can tell whether the effect happened. */
export type UnknownPolicy = "retry" | "atMostOnce";

/**
 * What the checker and the engine know of a plain step, whoever performs it. Plain data and pure functions, so that the
 * same catalogue serves the engine, the edge and the builder.
 */
export type StepDefinition = {
  /** `<connector>.<action>`, the value of a step's `use`. */
  readonly use: string;
  readonly title: string;
  readonly description: string;
  readonly input: JsonSchema;
  /** Output schema, which may depend on the literal parts of `with`: unknown parts are `true`. */
  readonly output: JsonSchema | ((withValue: Json) => JsonSchema);
  /** Effect class, which may depend on the literal parts of `with` (`http.request`: a literal GET is `read`). */
  readonly effect: EffectClass | ((withValue: Json) => EffectClass);
  /** An example of `with` and of what comes out of it. */
  readonly sample: { readonly with: Json; readonly output: Json };
  /** Whether the inline class may perform it at the edge, from the literal parts of `with`. Absent: only if pure. */
  readonly inline?: (withValue: Json) => boolean;
  /** Present exactly for `pure` steps: computes the output inside the engine. Throws a `StepFault` when the input is bad. */
  readonly compute?: (input: Json, budget: ComputeBudget) => Json;
  /** Whether the step needs a connection, and of which kind. */
  readonly connection?: { readonly kind: string };
};

/** Counts work instead of time, so that a replay is stopped at the same place. */
export type ComputeBudget = {
  /** Charges before the work is done; throws `StepFault` with `BUDGET_STEPS` or `BUDGET_BYTES` when the run's budget is spent. */
  readonly charge: (steps: number, bytes?: number) => void;
};

/** A failure of a pure computation: becomes the step's `StepError`. */
export class StepFault extends Error {
  override readonly name = "StepFault";
  constructor(
    readonly code: string,
    message: string,
    readonly details?: Json,
  ) {
    super(message);
  }
}

/** All steps that documents may use, by `use`. */
export type StepCatalogue = ReadonlyMap<string, StepDefinition>;

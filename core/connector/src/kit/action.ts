import type { ComputeBudget, EffectClass, Json, JsonSchema, StepDefinition } from "@dap/contract";
import type { Static, TSchema } from "@sinclair/typebox";
import type { StepContext, StepResult } from "./perform";

/** What every action of a connector says about itself. */
type ActionBase<Input extends TSchema, Output extends TSchema> = {
  /** camelCase; the step's `use` is `<connector>.<name>`. */
  readonly name: string;
  /** A short imperative, as a menu shows it: "Send a message". */
  readonly title: string;
  /** One or two plain sentences. */
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** The output's schema where it depends on the literal parts of `with`. Absent: `output`. */
  readonly outputOf?: (withValue: Json) => JsonSchema;
  /** Tested: `with` fits `input`, `output` fits `output`, and a pure action computes exactly it. */
  readonly sample: { readonly with: Static<Input>; readonly output: Static<Output> };
};

/** A function of its input: computed inside the engine, again at every replay. No clock, no chance, no network. */
export type PureAction<Input extends TSchema = TSchema, Output extends TSchema = TSchema> = ActionBase<
  Input,
  Output
> & {
  readonly effect: "pure";
  readonly compute: (input: Static<Input>, budget: ComputeBudget) => Static<Output>;
};

/** An action that asks or changes the world. */
export type EffectAction<Input extends TSchema = TSchema, Output extends TSchema = TSchema> = ActionBase<
  Input,
  Output
> & {
  readonly effect: Exclude<EffectClass, "pure"> | ((withValue: Json) => Exclude<EffectClass, "pure">);
  /** Whether the inline class may perform it at the edge, from the literal parts of `with`. Absent: never. */
  readonly inline?: (withValue: Json) => boolean;
  readonly connection?: { readonly kind: string };
  /** Gives the outcome as a value, or throws a `StepFault` for a failure that trying again cannot help. */
  readonly perform: (input: Static<Input>, context: StepContext) => Promise<StepResult>;
};

/** An action with its types forgotten, as connectors hold them. `Static` of a wide schema is `unknown`, hence the two methods. */
export type Action = {
  readonly definition: (connector: string) => StepDefinition;
  readonly name: string;
  readonly input: TSchema;
  readonly output: TSchema;
  readonly perform?: (input: Json, context: StepContext) => Promise<StepResult>;
};

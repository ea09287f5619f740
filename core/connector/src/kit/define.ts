import { type ComputeBudget, type Json, type JsonSchema, type StepDefinition, StepFault } from "@dap/contract";
import type { TSchema } from "@sinclair/typebox";
import type { Action, EffectAction, PureAction } from "./action";
import { createInputCheck } from "./input-check";

/** A connector: a few actions that belong together, under one name. */
export type Connector = {
  /** Lower camelCase or kebab-case; the part of a step's `use` before the dot. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly actions: readonly Action[];
};

/** Checks the names, so that a connector which could not be used from a document fails when it is loaded. */
export function defineConnector(connector: Connector): Connector {
  if (!/^[a-z][A-Za-z0-9-]*$/.test(connector.name)) throw new Error(`connector name ${connector.name} is not usable`);
  const names = connector.actions.map((action) => action.name);
  if (new Set(names).size !== names.length) throw new Error(`connector ${connector.name} names an action twice`);
  return connector;
}

/**
 * Defines one action. The types of `input` and `output` flow into `compute` or `perform`; the input is checked against
 * its schema before either is called, so they may trust it.
 */
export function defineAction<Input extends TSchema, Output extends TSchema>(spec: PureAction<Input, Output>): Action;
export function defineAction<Input extends TSchema, Output extends TSchema>(spec: EffectAction<Input, Output>): Action;
export function defineAction<Input extends TSchema, Output extends TSchema>(
  spec: PureAction<Input, Output> | EffectAction<Input, Output>,
): Action {
  if (!/^[a-z][A-Za-z0-9]*$/.test(spec.name)) throw new Error(`action name ${spec.name} is not usable`);
  const check = createInputCheck(spec.input);
  const parse = (input: Json): Input["static"] => {
    const problems = check(input);
    if (problems.length > 0) throw new StepFault("INPUT_INVALID", describe(problems), problems);
    return input;
  };
  const base = {
    title: spec.title,
    description: spec.description,
    input: asJsonSchema(spec.input),
    output: spec.outputOf ?? asJsonSchema(spec.output),
    sample: spec.sample as StepDefinition["sample"], // samples are written as JSON literals and tested to be so
  };
  if (spec.effect === "pure") {
    const { compute, effect } = spec as PureAction<Input, Output>;
    const run = (input: Json, budget: ComputeBudget) => compute(parse(input), budget) as Json; // outputs are tested against their schema
    const definition = (connector: string): StepDefinition => ({
      ...base,
      use: `${connector}.${spec.name}`,
      effect,
      compute: run,
    });
    return { name: spec.name, input: spec.input, output: spec.output, definition };
  }
  const { perform, effect, inline, connection } = spec as EffectAction<Input, Output>;
  const definition = (connector: string): StepDefinition => ({
    ...base,
    use: `${connector}.${spec.name}`,
    effect,
    ...(inline && { inline }),
    ...(connection && { connection }),
  });
  return {
    name: spec.name,
    input: spec.input,
    output: spec.output,
    definition,
    perform: async (input, context) => perform(parse(input), context),
  };
}

const describe = (problems: readonly { path: string; message: string }[]): string =>
  `The step's input is not usable: ${problems.map(({ path, message }) => `${path || "/"} ${message}`).join("; ")}`;

// A TypeBox schema is JSON Schema with a few symbol keys beside, which serialising leaves out.
const asJsonSchema = (schema: TSchema): JsonSchema => schema as JsonSchema;

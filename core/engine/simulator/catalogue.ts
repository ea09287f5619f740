import type { EffectClass, JsonSchema, StepCatalogue, StepDefinition } from "@dap/contract";

const output: JsonSchema = {
  type: "object",
  required: ["v"],
  properties: { v: { type: "integer" } },
  additionalProperties: false,
};

const define = (name: string, effect: EffectClass): [string, StepDefinition] => [
  `sim.${name}`,
  {
    use: `sim.${name}`,
    title: name,
    description: `An effect of the class ${effect}.`,
    input: true,
    output,
    effect,
    sample: { with: {}, output: { v: 1 } },
  },
];

const set: StepDefinition = {
  use: "transform.set",
  title: "set",
  description: "Gives what it is given.",
  input: { type: "object" },
  output: { type: "object" },
  effect: "pure",
  sample: { with: {}, output: {} },
  compute: (input) => input,
};

/** The steps of simulated workflows: one for each effect class. */
export const simulatedCatalogue: StepCatalogue = new Map([
  [set.use, set],
  define("read", "read"),
  define("keyed", "keyed"),
  define("unkeyed", "unkeyed"),
]);

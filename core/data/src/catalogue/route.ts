import { connectors as builtIn, type Connector } from "@dap/connector";
import { controlUses, type JsonSchema, type StepCatalogue, type StepDefinition } from "@dap/contract";
import { functionCatalogue, semantics } from "@dap/expression";
import type { DataDeps } from "../deps";
import { ok } from "../http/answer";
import { type AnyRoute, route } from "../http/declare";
import { ConnectorPage, FunctionPage } from "./answer";

/** What documents may be made of: steps with their schemas, triggers, and the functions of expressions. */
export function catalogueRoutes({ catalogue }: DataDeps): readonly AnyRoute[] {
  const connectors = describeConnectors(catalogue);
  return [
    route({
      method: "GET",
      path: "/connectors",
      permission: "workflow:read",
      summary: "Every step with its schemas, by connector; the control steps and triggers by name",
      answers: { 200: ConnectorPage },
      handle: async () => ok({ items: connectors, controlSteps: controlUses, triggers, nextCursor: null }),
    }),
    route({
      method: "GET",
      path: "/functions",
      permission: "workflow:read",
      summary: "Every function of the expression language",
      answers: { 200: FunctionPage },
      handle: async () => ok({ items: functionCatalogue, semantics, nextCursor: null }),
    }),
  ];
}

const triggers = ["webhook", "manual", "schedule"] as const;

const describeConnectors = (catalogue: StepCatalogue) =>
  builtIn.map(({ name, title, description }: Connector) => ({
    name,
    title,
    description,
    steps: [...catalogue.values()].filter(({ use }) => use.startsWith(`${name}.`)).map(describeStep),
  }));

/** Where the output or the effect depends on `with`, what the sample's `with` gives. */
const describeStep = (step: StepDefinition) => ({
  use: step.use,
  title: step.title,
  description: step.description,
  input: step.input,
  output: outputOf(step),
  effect: typeof step.effect === "function" ? step.effect(step.sample.with) : step.effect,
  connection: step.connection ?? null,
  sample: step.sample,
});

const outputOf = ({ output, sample }: StepDefinition): JsonSchema =>
  typeof output === "function" ? output(sample.with) : output;

import { Type } from "@sinclair/typebox";

const closed = { additionalProperties: false } as const;
const Schema = Type.Unknown({ description: "JSON Schema" });
const lastPage = { nextCursor: Type.Null() };
const line = Type.String();

const Step = Type.Object(
  {
    use: line,
    title: line,
    description: line,
    input: Schema,
    output: Schema,
    effect: Type.Union(["pure", "read", "keyed", "unkeyed"].map((effect) => Type.Literal(effect))),
    connection: Type.Union([line, Type.Null()]),
    sample: Type.Object({ with: Type.Unknown(), output: Type.Unknown() }, closed),
  },
  closed,
);
const Connector = Type.Object({ name: line, title: line, description: line, steps: Type.Array(Step) }, closed);
const Example = Type.Object({
  source: line,
  result: Type.Optional(Type.Unknown({ description: "left out when there is none" })),
});
const ExpressionFunction = Type.Object(
  {
    name: line,
    aliases: Type.Array(line),
    group: line,
    signature: line,
    description: line,
    examples: Type.Array(Example),
  },
  closed,
);

export const ConnectorPage = Type.Object(
  { items: Type.Array(Connector), controlSteps: Type.Array(line), triggers: Type.Array(line), ...lastPage },
  closed,
);
export const FunctionPage = Type.Object(
  { items: Type.Array(ExpressionFunction), semantics: Type.Integer(), ...lastPage },
  closed,
);

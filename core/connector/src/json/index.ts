import { holdsInfinity, type Json, StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { chargeText, roughSize } from "../kit/cost";
import { defineAction, defineConnector } from "../kit/define";
import { AnyJson, closed } from "../kit/schema";

function read(text: string): Json {
  try {
    return JSON.parse(text) as Json; // that is what the parser gives
  } catch {
    throw new StepFault("JSON_INVALID", "The text is not JSON.");
  }
}

const parse = defineAction({
  name: "parse",
  title: "Read JSON",
  description: "Turns JSON text into data.",
  effect: "pure",
  input: Type.Object({ text: Type.String({ title: "Text" }) }, closed),
  output: AnyJson({ description: "the data" }),
  sample: { with: { text: '{"n": 1}' }, output: { n: 1 } },
  compute: ({ text }, budget) => {
    chargeText(budget, text.length, text.length);
    const value = read(text);
    if (holdsInfinity(value)) throw new StepFault("JSON_INVALID", "The text has a number that is too large.");
    return value;
  },
});

const stringify = defineAction({
  name: "stringify",
  title: "Write JSON",
  description: "Turns data into JSON text.",
  effect: "pure",
  input: Type.Object(
    {
      value: AnyJson({ title: "Value" }),
      indent: Type.Optional(Type.Integer({ title: "Indent", minimum: 0, maximum: 8, default: 0 })),
    },
    closed,
  ),
  output: Type.String(),
  sample: { with: { value: { n: 1 } }, output: '{"n":1}' },
  compute: ({ value, indent = 0 }, budget) => {
    chargeText(budget, 0, roughSize(value) * (1 + indent));
    return JSON.stringify(value, null, indent);
  },
});

export const json = defineConnector({
  name: "json",
  title: "JSON",
  description: "Read and write JSON text.",
  actions: [parse, stringify],
});

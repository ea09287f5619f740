import { describeValue, isEqual, isObject, printText, toText, type Value } from "../evaluate/value";
import { argument } from "../infer/return-rule";
import { notNothing, union } from "../infer/type";
import { any, define } from "./definition";

const typeNames: Readonly<Record<string, string>> = {
  "a missing value": "missing",
  null: "null",
  "a list": "list",
  "an object": "object",
  "a text": "text",
  "a number": "number",
  "true or false": "boolean",
};

/** Missing, `null`, `""`, `[]` and `{}`. */
const isEmpty = (value: Value): boolean => {
  if (value === undefined || value === null || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
};

export const generalFunctions = [
  define({
    name: "default",
    parameters: [any("value"), any("otherwise")],
    returns: (args) => union(notNothing(argument(args, 0)), argument(args, 1)),
    description: "The value, or another one if it is missing or null. The same as ??.",
    examples: [
      ['null | default("anon")', "anon"],
      ['"" | default("anon")', ""],
      ["missing.name | default(1)", 1],
    ],
    run: (_meter, value, otherwise) => value ?? otherwise,
  }),
  define({
    name: "exists",
    parameters: [any("value")],
    returns: "boolean",
    description: "Whether there is a value, that is neither missing nor null.",
    examples: [
      ["exists(missing.name)", false],
      ["exists(0)", true],
    ],
    run: (_meter, value) => value !== undefined && value !== null,
  }),
  define({
    name: "isEmpty",
    parameters: [any("value")],
    returns: "boolean",
    description: "Whether the value is missing, null, an empty text, an empty list or an empty object.",
    examples: [
      ["[] | isEmpty", true],
      ["isEmpty({ a: 1 })", false],
      ["isEmpty(0)", false],
    ],
    run: (_meter, value) => isEmpty(value),
  }),
  define({
    name: "type",
    parameters: [any("value")],
    returns: "text",
    description: 'What sort of value this is: "text", "number", "boolean", "list", "object", "null" or "missing".',
    examples: [
      ["type([1])", "list"],
      ["type(missing)", "missing"],
    ],
    run: (_meter, value) => typeNames[describeValue(value)],
  }),
  define({
    name: "equals",
    parameters: [any("left"), any("right")],
    returns: "boolean",
    description: "Whether both are the same value, lists and objects part by part. The same as ==.",
    examples: [["equals([1, { a: 2 }], [1, { a: 2 }])", true]],
    run: (meter, left, right) => isEqual(meter, left, right),
  }),
  define({
    name: "text",
    aliases: ["toString", "string"],
    parameters: [any("value")],
    returns: "text",
    description:
      "The value as text, as it prints inside a field: nothing for missing and null, JSON for lists and objects.",
    examples: [
      ["text(1.5)", "1.5"],
      ["[1, 2] | text", "[1,2]"],
      ["text(null)", ""],
    ],
    run: (meter, value) => printText(meter, value),
  }),
  define({
    name: "boolean",
    aliases: ["toBoolean"],
    parameters: [any("value")],
    returns: "boolean",
    description: 'True or false: "false", "no", "off", "0" and all that counts as false in a condition are false.',
    examples: [
      ['boolean("no")', false],
      ["boolean(1)", true],
    ],
    run: (_meter, value) =>
      !["", "false", "no", "off", "0"].includes(
        typeof value === "object" ? (value === null ? "" : "1") : toText(value).trim().toLowerCase(),
      ),
  }),
];

import type { Json } from "@dap/contract";
import { ExpressionError } from "../error";
import { isEqual, isList, printText } from "../evaluate/value";
import { argument, itemOf } from "../infer/return-rule";
import { listOf, textType, union, unknownType } from "../infer/type";
import type { Meter } from "../meter";
import { any, define, integer, list, optional, rest, series, text } from "./definition";

export const textFunctions = [
  define({
    name: "length",
    aliases: ["size"],
    parameters: [series("value")],
    returns: "integer",
    description: "How many items a list has, or characters (UTF-16 units) a text.",
    examples: [
      ['"abc" | length', 3],
      ["[1, 2] | length", 2],
    ],
    run: (_meter, value) => value.length,
  }),
  ...trims(),
  define({
    name: "contains",
    aliases: ["includes"],
    parameters: [series("value"), any("part")],
    returns: "boolean",
    description: "Whether a text contains a text, or a list an equal item.",
    examples: [
      ['"hello" | contains("ell")', true],
      ["[1, 2].includes(3)", false],
    ],
    run: (meter, value, part) => {
      meter.charge(chargeOf(value));
      if (isList(value)) return value.some((item) => isEqual(meter, item, part));
      return value.includes(partText("contains", part));
    },
  }),
  define({
    name: "startsWith",
    parameters: [text("value"), text("start")],
    returns: "boolean",
    description: "Whether the text starts so.",
    examples: [['"hello" | startsWith("he")', true]],
    run: (meter, value, start) => {
      meter.charge(start.length >> 4);
      return value.startsWith(start);
    },
  }),
  define({
    name: "endsWith",
    parameters: [text("value"), text("end")],
    returns: "boolean",
    description: "Whether the text ends so.",
    examples: [['"hello" | endsWith("he")', false]],
    run: (meter, value, end) => {
      meter.charge(end.length >> 4);
      return value.endsWith(end);
    },
  }),
  define({
    name: "indexOf",
    parameters: [series("value"), any("part")],
    returns: "integer",
    description: "Where a part begins, counted from 0; -1 if it is not there.",
    examples: [
      ['"hello" | indexOf("l")', 2],
      ['["a", "b"].indexOf("c")', -1],
    ],
    run: (meter, value, part) => {
      meter.charge(chargeOf(value));
      if (isList(value)) return value.findIndex((item) => isEqual(meter, item, part));
      return value.indexOf(partText("indexOf", part));
    },
  }),
  define({
    name: "slice",
    aliases: ["substring"],
    parameters: [series("value"), integer("start"), optional(integer("end"))],
    returns: (args) => {
      const value = argument(args, 0);
      return value.list ? (value.text === false ? listOf(value.list) : unknownType) : value.unknown ? value : textType;
    },
    description: "The part from one position up to another, both counted from 0, or from the end if negative.",
    examples: [
      ['"hello" | slice(1, 3)', "el"],
      ["[1, 2, 3].slice(-2)", [2, 3]],
    ],
    run: (meter, value, from, to) => {
      meter.charge(0, value.length);
      return value.slice(from, to);
    },
  }),
  define({
    name: "split",
    parameters: [text("value"), text("separator")],
    returns: "texts",
    description: "The parts of a text between separators; with an empty separator its characters.",
    examples: [
      ['"a,b,c" | split(",")', ["a", "b", "c"]],
      ['"añ" | split("")', ["a", "ñ"]],
    ],
    run: (meter, value, separator) => {
      meter.charge(value.length, 9 * countParts(value, separator) + value.length);
      return separator === "" ? [...value] : value.split(separator);
    },
  }),
  define({
    name: "join",
    parameters: [list("items"), optional(text("separator"))],
    returns: "text",
    description: 'All items as one text, with a separator between them (", " unless another is given).',
    examples: [
      ['["a", 1, null] | join("-")', "a-1-"],
      ["[1, 2] | join", "1, 2"],
    ],
    run: (meter, items, separator = ", ") => {
      meter.charge(items.length, separator.length * items.length);
      let joined = "";
      items.forEach((item, index) => {
        joined += (index === 0 ? "" : separator) + printText(meter, item);
      });
      return joined;
    },
  }),
  define({
    name: "replace",
    aliases: ["replaceAll"],
    parameters: [text("value"), text("part"), text("by")],
    returns: "text",
    description: "The text with every occurrence of a part replaced. An empty part replaces nothing.",
    examples: [['"a-b-c" | replace("-", "+")', "a+b+c"]],
    run: (meter, value, part, by) => {
      if (part === "") return value;
      meter.charge(value.length >> 4);
      const count = countParts(value, part) - 1;
      meter.charge(count, value.length + count * by.length);
      return value.split(part).join(by);
    },
  }),
  define({
    name: "replaceFirst",
    parameters: [text("value"), text("part"), text("by")],
    returns: "text",
    description: "The text with the first occurrence of a part replaced.",
    examples: [['"a-b-c" | replaceFirst("-", "+")', "a+b-c"]],
    run: (meter, value, part, by) => {
      meter.charge(value.length >> 4, value.length + by.length);
      const at = value.indexOf(part);
      return at === -1 ? value : value.slice(0, at) + by + value.slice(at + part.length);
    },
  }),
  define({
    name: "repeat",
    parameters: [text("value"), integer("times")],
    returns: "text",
    description: "The text so many times in a row.",
    examples: [['"ab" | repeat(2)', "abab"]],
    run: (meter, value, times) => {
      if (times < 0) throw new ExpressionError("TYPE", "repeat needs a number of times that is not negative");
      meter.charge(0, value.length * times);
      return value.repeat(value === "" ? 0 : times);
    },
  }),
  pad("padStart", "start", (value, padding) => padding + value, ['"7" | padStart(3, "0")', "007"]),
  pad("padEnd", "end", (value, padding) => value + padding, ['"7" | padEnd(3, ".")', "7.."]),
  define({
    name: "truncate",
    parameters: [text("value"), integer("lengthMax"), optional(text("mark"))],
    returns: "text",
    description: 'The text cut to a length, with a mark ("…" unless another is given) where something was cut.',
    examples: [
      ['"hello world" | truncate(6)', "hello…"],
      ['"hi" | truncate(6)', "hi"],
    ],
    run: (meter, value, lengthMax, mark = "…") => {
      if (value.length <= lengthMax) return value;
      const kept = value.slice(0, Math.max(0, lengthMax - mark.length));
      meter.charge(0, kept.length + mark.length);
      return kept + mark;
    },
  }),
  define({
    name: "lines",
    parameters: [text("value")],
    returns: "texts",
    description: "The lines of a text.",
    examples: [['"a\\nb" | lines', ["a", "b"]]],
    run: (meter, value) => {
      meter.charge(value.length, 9 * countParts(value, "\n") + value.length);
      return value.replaceAll("\r\n", "\n").split("\n");
    },
  }),
  define({
    name: "words",
    parameters: [text("value")],
    returns: "texts",
    description: "The parts of a text between white space.",
    examples: [['" one  two " | words', ["one", "two"]]],
    run: (meter, value) => {
      meter.charge(value.length, 6 * value.length);
      return value.split(/\s+/u).filter((word) => word !== "");
    },
  }),
  define({
    name: "concat",
    parameters: [series("value"), rest(any("others"))],
    returns: (args) => {
      const [first = unknownType, ...others] = args;
      if (!first.list) return first.unknown ? first : textType;
      return listOf(others.reduce((joined, other) => union(joined, other.list ? itemOf(other) : other), first.list));
    },
    description: "Texts one after the other, or lists one after the other; to a list, single items may be added too.",
    examples: [
      ["[1].concat([2, 3], 4)", [1, 2, 3, 4]],
      ['"a" | concat("b", 1)', "ab1"],
    ],
    run: (meter, value, ...others) => {
      if (!isList(value)) return others.reduce<string>((joined, other) => joined + printText(meter, other), value);
      const joined: Json[] = [];
      for (const part of [value, ...others]) appendTo(joined, part, meter);
      return joined;
    },
  }),
];

function appendTo(joined: Json[], part: Json | undefined, meter: Meter): void {
  if (!isList(part)) {
    meter.charge(1, 8);
    joined.push(part ?? null);
    return;
  }
  meter.charge(part.length, 8 * part.length);
  for (const item of part) joined.push(item);
}

function trims() {
  const trim = (name: string, description: string, result: string, compute: (value: string) => string) =>
    define({
      name,
      parameters: [text("value")],
      returns: "text",
      description,
      examples: [[`"  a b " | ${name}`, result]],
      run: (meter, value) => {
        meter.charge(0, value.length);
        return compute(value);
      },
    });
  return [
    trim("trim", "The text without white space at its ends.", "a b", (value) => value.trim()),
    trim("trimStart", "The text without white space at its start.", "a b ", (value) => value.trimStart()),
    trim("trimEnd", "The text without white space at its end.", "  a b", (value) => value.trimEnd()),
  ];
}

function pad(name: string, side: string, join: (value: string, padding: string) => string, example: [string, string]) {
  return define({
    name,
    parameters: [text("value"), integer("length"), optional(text("with"))],
    returns: "text",
    description: `The text filled up at its ${side} to a length, with spaces or another text.`,
    examples: [example],
    run: (meter, value, length, fill = " ") => {
      const wanted = length - value.length;
      if (wanted <= 0 || fill === "") return value;
      meter.charge(0, length);
      return join(value, fill.repeat(Math.ceil(wanted / fill.length)).slice(0, wanted));
    },
  });
}

const chargeOf = (value: string | readonly Json[]) => (isList(value) ? value.length : value.length >> 4);

function partText(name: string, part: unknown): string {
  if (typeof part === "string") return part;
  throw new ExpressionError("TYPE", `${name} of a text needs a text to look for`);
}

/** How many parts `split` will give, without making them. */
function countParts(value: string, separator: string): number {
  if (separator === "") return value.length;
  let count = 1;
  for (let at = value.indexOf(separator); at !== -1; at = value.indexOf(separator, at + separator.length)) count++;
  return count;
}

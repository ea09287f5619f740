import type { Json } from "@dap/contract";
import { ExpressionError } from "../error";
import { isEqual, isList, isTruthy, orNull } from "../evaluate/value";
import { argument, itemOf } from "../infer/return-rule";
import { integerType, listOf, maybe, notNothing, type Type, union, unknownType } from "../infer/type";
import { any, arrow, define, integer, list, number, optional, series } from "./definition";

/** The parameters of an arrow over a list: an item and its position. */
export const eachItem = (args: readonly Type[]): readonly Type[] => [itemOf(argument(args, 0)), integerType];
export const each = (name: string) => arrow(name, 2, eachItem);

const sameList = (args: readonly Type[]): Type => listOf(itemOf(argument(args, 0)));
const maybeItem = (args: readonly Type[]): Type => maybe(itemOf(argument(args, 0)));
/** An item of a list, or a character of a text. */
const maybeElement = (args: readonly Type[]): Type => {
  const value = argument(args, 0);
  return value.text === false ? maybeItem(args) : maybe(unknownType);
};

export const listFunctions = [
  define({
    name: "map",
    parameters: [list("items"), each("make")],
    returns: (args) => listOf(orNullType(argument(args, 1))),
    description: "A list of what the arrow makes of every item.",
    examples: [
      ["[1, 2].map(x => x * 2)", [2, 4]],
      ['[{ a: 1 }] | map("a")', [1]],
    ],
    run: (meter, items, make) => {
      meter.charge(0, 8 * items.length);
      const result: Json[] = [];
      for (let index = 0; index < items.length; index++) result.push(orNull(make(items[index], index)));
      return result;
    },
  }),
  define({
    name: "filter",
    aliases: ["where"],
    parameters: [list("items"), each("test")],
    returns: sameList,
    description: "The items for which the arrow says something that counts as true.",
    examples: [["[1, 2, 3].filter(x => x > 1)", [2, 3]]],
    run: (meter, items, test) => {
      meter.charge(0, 8 * items.length);
      const result: Json[] = [];
      for (let index = 0; index < items.length; index++) {
        const item = items[index];
        if (isTruthy(test(item, index))) result.push(orNull(item));
      }
      return result;
    },
  }),
  define({
    name: "find",
    parameters: [list("items"), each("test")],
    returns: maybeItem,
    description: "The first item for which the arrow says true; missing if there is none.",
    examples: [
      ["[1, 2, 3].find(x => x > 1)", 2],
      ["[].find(x => x)", undefined],
    ],
    run: (_meter, items, test) => items.find((item, index) => isTruthy(test(item, index))),
  }),
  define({
    name: "findIndex",
    parameters: [list("items"), each("test")],
    returns: "integer",
    description: "The position of the first item for which the arrow says true; -1 if there is none.",
    examples: [["[1, 2, 3].findIndex(x => x > 1)", 1]],
    run: (_meter, items, test) => items.findIndex((item, index) => isTruthy(test(item, index))),
  }),
  define({
    name: "some",
    aliases: ["any"],
    parameters: [list("items"), each("test")],
    returns: "boolean",
    description: "Whether the arrow says true for at least one item.",
    examples: [["[1, 2].some(x => x > 1)", true]],
    run: (_meter, items, test) => items.some((item, index) => isTruthy(test(item, index))),
  }),
  define({
    name: "every",
    aliases: ["all"],
    parameters: [list("items"), each("test")],
    returns: "boolean",
    description: "Whether the arrow says true for every item; so it does for an empty list.",
    examples: [["[1, 2].every(x => x > 1)", false]],
    run: (_meter, items, test) => items.every((item, index) => isTruthy(test(item, index))),
  }),
  define({
    name: "count",
    parameters: [list("items"), optional(each("test"))],
    returns: "integer",
    description: "How many items there are, or for how many the arrow says true.",
    examples: [["[1, 2, 3].count(x => x > 1)", 2]],
    run: (_meter, items, test) => {
      if (!test) return items.length;
      return items.reduce<number>((sum, item, index) => sum + (isTruthy(test(item, index)) ? 1 : 0), 0);
    },
  }),
  define({
    name: "flatMap",
    parameters: [list("items"), each("make")],
    returns: (args) => listOf(flattened(argument(args, 1))),
    description: "The items of all lists that the arrow makes, in one list.",
    examples: [["[1, 2].flatMap(x => [x, x])", [1, 1, 2, 2]]],
    run: (meter, items, make) => {
      const result: Json[] = [];
      for (let index = 0; index < items.length; index++) {
        const made = make(items[index], index);
        const parts = isList(made) ? made : [orNull(made)];
        meter.charge(parts.length, 8 * parts.length);
        for (const part of parts) result.push(part);
      }
      return result;
    },
  }),
  define({
    name: "reduce",
    parameters: [
      list("items"),
      arrow("combine", 3, (args) => [unknownType, itemOf(argument(args, 0)), integerType]),
      any("start"),
    ],
    returns: "unknown",
    description: "One value out of all items: the arrow gets the value so far and the next item.",
    examples: [["[1, 2, 3].reduce((sum, x) => sum + x, 0)", 6]],
    run: (_meter, items, combine, start) => {
      let value = start;
      for (let index = 0; index < items.length; index++) value = combine(value, items[index], index);
      return value;
    },
  }),
  define({
    name: "first",
    parameters: [series("value")],
    returns: maybeElement,
    description: "The first item of a list, or the first character of a text; missing if it is empty.",
    examples: [
      ["first([1, 2])", 1],
      ["first([])", undefined],
    ],
    run: (_meter, value) => value[0],
  }),
  define({
    name: "last",
    parameters: [series("value")],
    returns: maybeElement,
    description: "The last item of a list, or the last character of a text; missing if it is empty.",
    examples: [["[1, 2] | last", 2]],
    run: (_meter, value) => value[value.length - 1],
  }),
  define({
    name: "at",
    parameters: [series("value"), integer("index")],
    returns: maybeElement,
    description: "The item at a position counted from 0, or from the end if negative.",
    examples: [["[1, 2, 3].at(-2)", 2]],
    run: (_meter, value, index) => value[index < 0 ? value.length + index : index],
  }),
  define({
    name: "take",
    parameters: [list("items"), integer("count")],
    returns: sameList,
    description: "The first so many items.",
    examples: [["[1, 2, 3] | take(2)", [1, 2]]],
    run: (meter, items, count) => {
      meter.charge(0, 8 * items.length);
      return items.slice(0, Math.max(0, count));
    },
  }),
  define({
    name: "drop",
    parameters: [list("items"), integer("count")],
    returns: sameList,
    description: "All but the first so many items.",
    examples: [["[1, 2, 3] | drop(2)", [3]]],
    run: (meter, items, count) => {
      meter.charge(0, 8 * items.length);
      return items.slice(Math.max(0, count));
    },
  }),
  define({
    name: "reverse",
    parameters: [series("value")],
    returns: (args) => argument(args, 0),
    description: "The items, or the characters of a text, in the opposite order.",
    examples: [
      ["[1, 2, 3] | reverse", [3, 2, 1]],
      ['"abc" | reverse', "cba"],
    ],
    run: (meter, value) => {
      meter.charge(value.length, 8 * value.length);
      return isList(value) ? value.toReversed() : [...value].reverse().join("");
    },
  }),
  define({
    name: "flatten",
    aliases: ["flat"],
    parameters: [list("items")],
    returns: (args) => listOf(flattened(itemOf(argument(args, 0)))),
    description: "One list out of a list of lists (one level).",
    examples: [["[[1], [2, 3], 4] | flatten", [1, 2, 3, 4]]],
    run: (meter, items) => {
      const result: Json[] = [];
      for (const item of items) {
        const parts = isList(item) ? item : [item];
        meter.charge(parts.length, 8 * parts.length);
        for (const part of parts) result.push(part);
      }
      return result;
    },
  }),
  define({
    name: "compact",
    parameters: [list("items")],
    returns: (args) => listOf(notNothing(itemOf(argument(args, 0)))),
    description: 'The items without null and "".',
    examples: [['[1, null, ""] | compact', [1]]],
    run: (meter, items) => {
      meter.charge(items.length, 8 * items.length);
      return items.filter((item) => item !== null && item !== "");
    },
  }),
  define({
    name: "chunk",
    parameters: [list("items"), integer("size")],
    returns: (args) => listOf(sameList(args)),
    description: "The items in lists of at most so many.",
    examples: [["[1, 2, 3] | chunk(2)", [[1, 2], [3]]]],
    run: (meter, items, size) => {
      if (size < 1) throw new ExpressionError("TYPE", "chunk needs a size of at least 1");
      meter.charge(items.length, 16 * items.length);
      const result: Json[] = [];
      for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
      return result;
    },
  }),
  define({
    name: "range",
    parameters: [integer("start"), integer("end"), optional(number("step"))],
    returns: "integers",
    description: "The numbers from one up to, but without, another.",
    examples: [
      ["range(0, 3)", [0, 1, 2]],
      ["range(3, 0, -1)", [3, 2, 1]],
    ],
    run: (meter, from, to, step = 1) => {
      if (step === 0) throw new ExpressionError("TYPE", "range needs a step that is not 0");
      const count = Math.max(0, Math.ceil((to - from) / step));
      meter.charge(count, 8 * count);
      return Array.from({ length: count }, (_, index) => from + index * step);
    },
  }),
  define({
    name: "zip",
    parameters: [list("left"), list("right")],
    returns: (args) => listOf(listOf(union(itemOf(argument(args, 0)), itemOf(argument(args, 1))))),
    description: "Pairs of items at the same position, as long as both lists go.",
    examples: [
      [
        "zip([1, 2], [3, 4])",
        [
          [1, 3],
          [2, 4],
        ],
      ],
    ],
    run: (meter, left, right) => {
      const count = Math.min(left.length, right.length);
      meter.charge(count, 24 * count);
      return left.slice(0, count).map((item, index) => [item, orNull(right[index])]);
    },
  }),
  define({
    name: "has",
    parameters: [list("items"), any("item")],
    returns: "boolean",
    description: "Whether a list has an equal item.",
    examples: [["[{ a: 1 }] | has({ a: 1 })", true]],
    run: (meter, items, item) => {
      meter.charge(items.length);
      return items.some((other) => isEqual(meter, other, item));
    },
  }),
];

/** In a list a missing value is null. */
function orNullType(type: Type): Type {
  return type.missing ? { ...type, missing: false, null: !type.unknown } : type;
}

/** What remains when lists among the items are replaced by what they hold. */
function flattened(type: Type): Type {
  if (type.unknown || !type.list) return orNullType(type);
  return union(orNullType({ ...type, list: undefined }), type.list);
}

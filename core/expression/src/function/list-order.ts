import type { Json } from "@dap/contract";
import { ExpressionError } from "../error";
import { finite } from "../evaluate/operator";
import { compareValues, describeValue, type Value } from "../evaluate/value";
import { argument, itemOf } from "../infer/return-rule";
import { listOf, maybe, numberType, type Type } from "../infer/type";
import type { Meter } from "../meter";
import { type ArrowValue, any, define, list, optional, rest, text } from "./definition";
import { each } from "./list";

const sameList = (args: readonly Type[]): Type => listOf(itemOf(argument(args, 0)));
const maybeItem = (args: readonly Type[]): Type => maybe(itemOf(argument(args, 0)));

export const listOrderFunctions = [
  define({
    name: "sort",
    parameters: [list("items"), optional(text("direction"))],
    returns: sameList,
    description:
      'The items in order: numbers, texts (by character code) or true and false; null last. "desc" turns it round.',
    examples: [
      ["[3, 1, 2] | sort", [1, 2, 3]],
      ['["b", "a"] | sort("desc")', ["b", "a"]],
    ],
    run: (meter, items, direction) => sorted(meter, items, items, direction),
  }),
  define({
    name: "sortBy",
    aliases: ["orderBy"],
    parameters: [list("items"), each("key"), optional(text("direction"))],
    returns: sameList,
    description:
      'The items in the order of their keys; equal keys keep their order, missing keys come last. "desc" turns it round.',
    examples: [["[{ n: 2 }, { n: 1 }] | sortBy(x => x.n)", [{ n: 1 }, { n: 2 }]]],
    run: (meter, items, key, direction) =>
      sorted(
        meter,
        items,
        items.map((item, index) => key(item, index)),
        direction,
      ),
  }),
  define({
    name: "sum",
    parameters: [list("numbers")],
    returns: "number",
    description: "The sum of a list of numbers; 0 if it is empty.",
    examples: [["[1, 2, 3] | sum", 6]],
    run: (meter, items) => {
      meter.charge(items.length);
      return finite(total("sum", items));
    },
  }),
  define({
    name: "sumBy",
    parameters: [list("items"), each("value")],
    returns: "number",
    description: "The sum of what the arrow makes of every item.",
    examples: [["[{ n: 1 }, { n: 2 }].sumBy(x => x.n)", 3]],
    run: (_meter, items, value) => finite(total("sumBy", items, value)),
  }),
  define({
    name: "average",
    parameters: [list("numbers")],
    returns: () => maybe(numberType),
    description: "The mean of a list of numbers; missing if it is empty.",
    examples: [
      ["[1, 2, 6] | average", 3],
      ["average([])", undefined],
    ],
    run: (meter, items) => {
      meter.charge(items.length);
      return items.length === 0 ? undefined : finite(total("average", items) / items.length);
    },
  }),
  define({
    name: "median",
    parameters: [list("numbers")],
    returns: () => maybe(numberType),
    description: "The middle of a list of numbers; missing if it is empty.",
    examples: [["[5, 1, 2, 4] | median", 3]],
    run: (meter, items) => {
      total("median", items);
      const ordered = sorted(meter, items, items, undefined);
      const middle = ordered.length >> 1;
      const pair = ordered.length % 2 === 1 ? [ordered[middle]] : ordered.slice(middle - 1, middle + 1);
      return ordered.length === 0 ? undefined : finite(total("median", pair) / pair.length);
    },
  }),
  ...extremes(
    "min",
    "least",
    (order) => order < 0,
    ["min([3, 1, 2])", 1],
    ["[{ n: 2 }, { n: 1 }].minBy(x => x.n)", { n: 1 }],
  ),
  ...extremes(
    "max",
    "greatest",
    (order) => order > 0,
    ["max(3, 1, 2)", 3],
    ["[{ n: 2 }, { n: 1 }].maxBy(x => x.n)", { n: 2 }],
  ),
];

function extremes(
  name: string,
  word: string,
  isBetter: (order: number) => boolean,
  example: readonly [string, unknown],
  exampleBy: readonly [string, unknown],
) {
  const best = (meter: Meter, items: readonly Value[], keys: readonly Value[]): Value => {
    meter.charge(items.length);
    let found = 0;
    for (let index = 1; index < keys.length; index++) {
      if (isBetter(compareValues(keys[index], keys[found]))) found = index;
    }
    return items[found];
  };
  return [
    define({
      name,
      parameters: [any("values"), rest(any("others"))],
      returns: (args) => (args.length > 1 ? numberType : maybeItem(args)),
      description: `The ${word} of a list of numbers or texts, or of several numbers; missing if the list is empty.`,
      examples: [example],
      run: (meter, first, ...others) => {
        const items = others.length === 0 && Array.isArray(first) ? first : [first, ...others];
        return best(meter, items, items);
      },
    }),
    define({
      name: `${name}By`,
      parameters: [list("items"), each("key")],
      returns: maybeItem,
      description: `The item with the ${word} key; missing if the list is empty.`,
      examples: [exampleBy],
      run: (meter, items, key) =>
        best(
          meter,
          items,
          items.map((item, index) => key(item, index)),
        ),
    }),
  ];
}

function total(name: string, items: readonly Value[], value?: ArrowValue): number {
  let sum = 0;
  for (let index = 0; index < items.length; index++) {
    const item = value ? value(items[index], index) : items[index];
    if (typeof item !== "number")
      throw new ExpressionError("TYPE", `${name} needs numbers, not ${describeValue(item)}`);
    sum += item;
  }
  return sum;
}

/** Stable, nothing last. Pays for the comparisons that sorting takes at most. */
function sorted(meter: Meter, items: readonly Json[], keys: readonly Value[], direction: string | undefined): Json[] {
  if (direction !== undefined && direction !== "asc" && direction !== "desc") {
    throw new ExpressionError("TYPE", 'the direction of a sort is "asc" or "desc"');
  }
  const count = items.length;
  meter.charge(count * Math.ceil(Math.log2(count + 1)), 24 * count);
  const turn = direction === "desc" ? -1 : 1;
  const pairs = items.map((item, index) => ({ item, key: keys[index] }));
  if (pairs.length === 1 && !isNothing(keys[0])) compareValues(keys[0], keys[0]);
  pairs.sort((left, right) => {
    if (isNothing(left.key) || isNothing(right.key)) return Number(isNothing(left.key)) - Number(isNothing(right.key));
    return turn * compareValues(left.key, right.key);
  });
  return pairs.map(({ item }) => item);
}

const isNothing = (value: Value): boolean => value === undefined || value === null;

import type { Json } from "@dap/contract";
import { keyText } from "../evaluate/literal";
import { isEqual, isTruthy, newObject, type Value } from "../evaluate/value";
import { argument, itemOf } from "../infer/return-rule";
import { integerType, listOf, mapOf, type Type, union } from "../infer/type";
import type { Meter } from "../meter";
import { define, list } from "./definition";
import { each } from "./list";

const sameList = (args: readonly Type[]): Type => listOf(itemOf(argument(args, 0)));

export const listSetFunctions = [
  define({
    name: "unique",
    aliases: ["distinct"],
    parameters: [list("items")],
    returns: sameList,
    description: "The items without repetitions; the first of equal ones stays.",
    examples: [["[1, 2, 1, { a: 1 }, { a: 1 }] | unique", [1, 2, { a: 1 }]]],
    run: (meter, items) => distinct(meter, items, items),
  }),
  define({
    name: "uniqueBy",
    parameters: [list("items"), each("key")],
    returns: sameList,
    description: "The first item of every key.",
    examples: [["[{ k: 1, v: 1 }, { k: 1, v: 2 }].uniqueBy(x => x.k)", [{ k: 1, v: 1 }]]],
    run: (meter, items, key) =>
      distinct(
        meter,
        items,
        items.map((item, index) => key(item, index) ?? null),
      ),
  }),
  define({
    name: "union",
    parameters: [list("left"), list("right")],
    returns: (args) => listOf(union(itemOf(argument(args, 0)), itemOf(argument(args, 1)))),
    description: "The items of both lists without repetitions.",
    examples: [["union([1, 2], [2, 3])", [1, 2, 3]]],
    run: (meter, left, right) => {
      meter.charge(left.length + right.length, 8 * (left.length + right.length));
      const all = [...left, ...right];
      return distinct(meter, all, all);
    },
  }),
  define({
    name: "intersection",
    parameters: [list("left"), list("right")],
    returns: sameList,
    description: "The items of the first list that the second has too, without repetitions.",
    examples: [["intersection([1, 2, 2], [2, 3])", [2]]],
    run: (meter, left, right) => {
      const seen = seenIn(meter, right);
      const kept = left.filter((item) => seen(item));
      return distinct(meter, kept, kept);
    },
  }),
  define({
    name: "difference",
    parameters: [list("left"), list("right")],
    returns: sameList,
    description: "The items of the first list that the second does not have.",
    examples: [["difference([1, 2, 3], [2])", [1, 3]]],
    run: (meter, left, right) => {
      meter.charge(left.length, 8 * left.length);
      const seen = seenIn(meter, right);
      return left.filter((item) => !seen(item));
    },
  }),
  define({
    name: "groupBy",
    parameters: [list("items"), each("key")],
    returns: (args) => mapOf(sameList(args)),
    description: "An object with a list of items for every key.",
    examples: [['[{ k: "a", n: 1 }, { k: "b", n: 2 }, { k: "a", n: 3 }].groupBy(x => x.k).a.map(x => x.n)', [1, 3]]],
    run: (meter, items, key) => {
      const groups = new Map<string, Json[]>();
      eachKey(meter, items, key, (name, item) => {
        const group = groups.get(name);
        if (group) group.push(item);
        else groups.set(name, [item]);
      });
      return fromMap(groups);
    },
  }),
  define({
    name: "keyBy",
    aliases: ["indexBy"],
    parameters: [list("items"), each("key")],
    returns: (args) => mapOf(itemOf(argument(args, 0))),
    description: "An object with the item of every key; of several the last.",
    examples: [['[{ id: "a", n: 1 }].keyBy(x => x.id).a.n', 1]],
    run: (meter, items, key) => {
      const found = new Map<string, Json>();
      eachKey(meter, items, key, (name, item) => found.set(name, item));
      return fromMap(found);
    },
  }),
  define({
    name: "countBy",
    parameters: [list("items"), each("key")],
    returns: () => mapOf(integerType),
    description: "An object with the number of items of every key.",
    examples: [['["a", "b", "a"].countBy(x => x)', { a: 2, b: 1 }]],
    run: (meter, items, key) => {
      const counts = new Map<string, number>();
      eachKey(meter, items, key, (name) => counts.set(name, (counts.get(name) ?? 0) + 1));
      return fromMap(counts);
    },
  }),
  define({
    name: "partition",
    parameters: [list("items"), each("test")],
    returns: (args) => listOf(sameList(args)),
    description: "Two lists: the items for which the arrow says true, and the others.",
    examples: [["[1, 2, 3].partition(x => x > 1)", [[2, 3], [1]]]],
    run: (meter, items, test) => {
      meter.charge(0, 8 * items.length);
      const kept: Json[] = [];
      const others: Json[] = [];
      items.forEach((item, index) => {
        (isTruthy(test(item, index)) ? kept : others).push(item);
      });
      return [kept, others];
    },
  }),
];

function eachKey(
  meter: Meter,
  items: readonly Json[],
  key: (item: Json, index: number) => Value,
  take: (name: string, item: Json) => void,
): void {
  meter.charge(items.length, 24 * items.length);
  items.forEach((item, index) => {
    const found = key(item, index);
    take(found === null || typeof found === "boolean" ? String(found) : keyText(found), item);
  });
}

function fromMap(entries: ReadonlyMap<string, Json>): Json {
  const result = newObject();
  for (const [key, value] of entries) result[key] = value;
  return result;
}

/** Scalars are found by hash; lists and objects are compared one by one, which the meter counts. */
function seenIn(meter: Meter, items: readonly Json[]): (item: Json) => boolean {
  meter.charge(items.length, 8 * items.length);
  const scalars = new Set<Json>();
  const others: Json[] = [];
  for (const item of items) {
    if (isScalar(item)) scalars.add(item);
    else others.push(item);
  }
  return (item) => {
    if (isScalar(item)) return scalars.has(item);
    meter.charge(others.length);
    return others.some((other) => isEqual(meter, other, item));
  };
}

function distinct(meter: Meter, items: readonly Json[], keys: readonly Json[]): Json[] {
  meter.charge(items.length, 16 * items.length);
  const scalars = new Set<Json>();
  const others: Json[] = [];
  return items.filter((_item, index) => {
    const key = keys[index] ?? null;
    if (isScalar(key)) return !scalars.has(key) && scalars.add(key);
    meter.charge(others.length);
    if (others.some((other) => isEqual(meter, other, key))) return false;
    others.push(key);
    return true;
  });
}

const isScalar = (value: Json): boolean => typeof value !== "object" || value === null;

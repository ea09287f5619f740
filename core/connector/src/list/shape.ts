import { type Json, StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { keyOf } from "../kit/compare";
import { chargeItems } from "../kit/cost";
import { defineAction } from "../kit/define";
import { valueAt } from "../kit/path";
import { AnyList, closed, MapOf } from "../kit/schema";

const items = AnyList({ title: "Items" });

export const unique = defineAction({
  name: "unique",
  title: "Remove duplicates",
  description: "Keeps the first of equal items, or of items that are equal in some fields.",
  effect: "pure",
  input: Type.Object(
    { items, by: Type.Optional(Type.Array(Type.String(), { title: "Compare fields", maxItems: 20 })) },
    closed,
  ),
  output: AnyList(),
  sample: { with: { items: [1, 2, 1, 3] }, output: [1, 2, 3] },
  compute: ({ items, by }, budget) => {
    chargeItems(budget, items.length, by?.length ?? 1);
    const seen = new Set<string>();
    return items.filter((item) => {
      const key = by && by.length > 0 ? keyOf(by.map((field) => valueAt(item, field) ?? null)) : keyOf(item);
      return !seen.has(key) && seen.add(key);
    });
  },
});

export const split = defineAction({
  name: "split",
  title: "Split into batches",
  description: "Cuts a list into lists of at most so many items.",
  effect: "pure",
  input: Type.Object({ items, size: Type.Integer({ title: "Size", minimum: 1, maximum: 1_000_000 }) }, closed),
  output: Type.Unsafe<readonly (readonly Json[])[]>(Type.Array(Type.Array(Type.Unknown()))),
  sample: { with: { items: [1, 2, 3], size: 2 }, output: [[1, 2], [3]] },
  compute: ({ items, size }, budget) => {
    chargeItems(budget, items.length);
    return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
  },
});

export const slice = defineAction({
  name: "slice",
  title: "Take a part",
  description: "Gives `count` items from `start` on; a negative start counts from the end.",
  effect: "pure",
  input: Type.Object(
    {
      items,
      start: Type.Optional(Type.Integer({ title: "Start", default: 0 })),
      count: Type.Optional(Type.Integer({ title: "Count", minimum: 0, description: "left out: all that follow" })),
    },
    closed,
  ),
  output: AnyList(),
  sample: { with: { items: [1, 2, 3, 4], start: 1, count: 2 }, output: [2, 3] },
  compute: ({ items, start = 0, count = items.length }, budget) => {
    const first = start < 0 ? Math.max(0, items.length + start) : start;
    chargeItems(budget, Math.min(count, items.length));
    return items.slice(first, first + count);
  },
});

export const select = defineAction({
  name: "select",
  title: "Choose fields",
  description: "Makes from each item an object with the fields you name; a missing one becomes null.",
  effect: "pure",
  input: Type.Object(
    { items, fields: MapOf(Type.String(), { title: "Fields", description: "new name: dotted path in the item" }) },
    closed,
  ),
  output: Type.Unsafe<readonly Readonly<Record<string, Json>>[]>(
    Type.Array(Type.Object({}, { additionalProperties: true })),
  ),
  sample: {
    with: { items: [{ customer: { name: "Ada" }, n: 1 }], fields: { name: "customer.name" } },
    output: [{ name: "Ada" }],
  },
  compute: ({ items, fields }, budget) => {
    const entries = Object.entries(fields);
    chargeItems(budget, items.length * Math.max(1, entries.length));
    return items.map((item) => Object.fromEntries(entries.map(([name, path]) => [name, valueAt(item, path) ?? null])));
  },
});

export const flatten = defineAction({
  name: "flatten",
  title: "Flatten lists",
  description: "Puts the items of lists inside the list into one list, one level deep.",
  effect: "pure",
  input: Type.Object({ items }, closed),
  output: AnyList(),
  sample: { with: { items: [[1, 2], 3, [4, [5]]] }, output: [1, 2, 3, 4, [5]] },
  compute: ({ items }, budget) => {
    chargeItems(
      budget,
      items.reduce<number>((sum, item) => sum + (Array.isArray(item) ? item.length : 1), 0),
    );
    return items.flat(1) as readonly Json[]; // flattening JSON lists gives JSON
  },
});

export const join = defineAction({
  name: "join",
  title: "Join two lists",
  description: "Adds to each item the fields of the first item in another list that has the same key.",
  effect: "pure",
  input: Type.Object(
    {
      items,
      with: AnyList({ title: "Other list" }),
      key: Type.String({ title: "Key", description: "field in the items" }),
      otherKey: Type.Optional(Type.String({ title: "Key in the other list", description: "left out: the same" })),
      keepUnmatched: Type.Optional(Type.Boolean({ title: "Keep items without a match", default: true })),
    },
    closed,
  ),
  output: AnyList(),
  sample: {
    with: { items: [{ sku: "a", n: 2 }], with: [{ sku: "a", price: 5 }], key: "sku" },
    output: [{ sku: "a", price: 5, n: 2 }],
  },
  compute: ({ items, with: others, key, otherKey = key, keepUnmatched = true }, budget) => {
    chargeItems(budget, items.length + others.length, 4);
    const index = new Map<string, Json>();
    for (const other of others) {
      const value = keyOf(valueAt(other, otherKey) ?? null);
      if (!index.has(value)) index.set(value, other);
    }
    return items.flatMap((item) => {
      const match = index.get(keyOf(valueAt(item, key) ?? null));
      return match === undefined ? (keepUnmatched ? [item] : []) : [merged(match, item)];
    });
  },
});

/** The item's own fields win. */
function merged(match: Json, item: Json): Json {
  const isMergeable = (value: Json): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMergeable(match) || !isMergeable(item))
    throw new StepFault("NOT_AN_OBJECT", "Only lists of objects can be joined.");
  return Object.fromEntries([...Object.entries(match as object), ...Object.entries(item as object)]); // objects, as was just asked
}

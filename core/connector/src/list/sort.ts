import type { Json } from "@dap/contract";
import { type Static, Type } from "@sinclair/typebox";
import { compareValues } from "../kit/compare";
import { chargeSort } from "../kit/cost";
import { defineAction } from "../kit/define";
import { valueAt } from "../kit/path";
import { AnyList, closed, OneOf } from "../kit/schema";

const Key = Type.Object(
  {
    field: Type.Optional(Type.String({ title: "Field", description: "left out: the item itself" })),
    direction: Type.Optional(OneOf(["ascending", "descending"], { title: "Direction", default: "ascending" })),
    ignoreCase: Type.Optional(Type.Boolean({ title: "Ignore case" })),
  },
  closed,
);
type Key = Static<typeof Key>;

export const sort = defineAction({
  name: "sort",
  title: "Sort items",
  description: "Orders a list by one or more fields. Equal items keep their order; missing values come last.",
  effect: "pure",
  input: Type.Object(
    {
      items: AnyList({ title: "Items" }),
      by: Type.Optional(Type.Array(Key, { title: "Sort by", maxItems: 10 })),
    },
    closed,
  ),
  output: AnyList({ description: "the items, sorted" }),
  sample: {
    with: { items: [{ n: 2 }, { n: 3 }, { n: 1 }], by: [{ field: "n", direction: "descending" }] },
    output: [{ n: 3 }, { n: 2 }, { n: 1 }],
  },
  compute: ({ items, by = [{}] }, budget) => {
    chargeSort(budget, items.length * Math.max(1, by.length));
    const rows = items.map((item) => ({ item, keys: by.map((key) => keyed(item, key)) }));
    rows.sort((left, right) => compareRows(left.keys, right.keys, by));
    return rows.map(({ item }) => item);
  },
});

function keyed(item: Json, { field, ignoreCase }: Key): Json | undefined {
  const value = valueAt(item, field);
  return ignoreCase && typeof value === "string" ? value.toLowerCase() : value;
}

function compareRows(
  left: readonly (Json | undefined)[],
  right: readonly (Json | undefined)[],
  by: readonly Key[],
): number {
  for (const [index, { direction }] of by.entries()) {
    const order = compareValues(left[index], right[index]);
    const isMissing = (left[index] ?? null) === null || (right[index] ?? null) === null;
    if (order !== 0) return direction === "descending" && !isMissing ? -order : order;
  }
  return 0;
}

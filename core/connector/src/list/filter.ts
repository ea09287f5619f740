import { Type } from "@sinclair/typebox";
import { chargeItems } from "../kit/cost";
import { defineAction } from "../kit/define";
import { AnyJson, AnyList, closed } from "../kit/schema";
import { Conditions, Match, meets } from "./condition";

const Input = Type.Object({ items: AnyList({ title: "Items" }), where: Conditions, match: Match }, closed);
const sampleItems = [
  { sku: "a", amount: 5 },
  { sku: "b", amount: 20 },
];

export const filter = defineAction({
  name: "filter",
  title: "Keep some items",
  description: "Gives the items that meet the conditions, in their order.",
  effect: "pure",
  input: Input,
  output: AnyList({ description: "the items kept" }),
  sample: {
    with: { items: sampleItems, where: [{ field: "amount", operator: "greater", value: 10 }] },
    output: [{ sku: "b", amount: 20 }],
  },
  compute: ({ items, where, match }, budget) => {
    chargeItems(budget, items.length, where.length);
    return items.filter((item) => meets(item, where, match));
  },
});

export const find = defineAction({
  name: "find",
  title: "Find one item",
  description: "Gives the first item that meets the conditions and its place, or null and -1.",
  effect: "pure",
  input: Input,
  output: Type.Object({ item: AnyJson(), index: Type.Integer({ minimum: -1 }) }),
  sample: {
    with: { items: sampleItems, where: [{ field: "sku", operator: "equals", value: "b" }] },
    output: { item: { sku: "b", amount: 20 }, index: 1 },
  },
  compute: ({ items, where, match }, budget) => {
    chargeItems(budget, items.length, where.length);
    const index = items.findIndex((item) => meets(item, where, match));
    return { item: items[index] ?? null, index };
  },
});

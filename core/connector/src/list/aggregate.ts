import { isJsonObject, type Json, type JsonObject, type JsonSchema, ownValue, StepFault } from "@dap/contract";
import { type Static, Type } from "@sinclair/typebox";
import { compareValues, keyOf } from "../kit/compare";
import { chargeItems } from "../kit/cost";
import { defineAction } from "../kit/define";
import { valueAt } from "../kit/path";
import { AnyJson, AnyList, closed, MapOf, OneOf } from "../kit/schema";

const operations = ["count", "countUnique", "sum", "average", "min", "max", "first", "last", "collect"] as const;

const Measure = Type.Object(
  {
    operation: OneOf(operations, { title: "Operation" }),
    field: Type.Optional(Type.String({ title: "Field", description: "left out: the item itself" })),
  },
  closed,
);
type Measure = Static<typeof Measure>;

const Input = Type.Object(
  {
    items: AnyList({ title: "Items" }),
    groupBy: Type.Optional(Type.Array(Type.String(), { title: "Group by", description: "fields", maxItems: 10 })),
    values: MapOf(Measure, { title: "Values", description: "a name for each value to compute" }),
  },
  closed,
);

/** Without `groupBy` one object of values; with it, a list of objects, each with the group's fields, in order of appearance. */
export const aggregate = defineAction({
  name: "aggregate",
  title: "Summarise items",
  description: "Counts, sums and averages a list, in one piece or group by group.",
  effect: "pure",
  input: Input,
  output: AnyJson({ description: "an object of values, or a list of them when grouped" }),
  outputOf,
  sample: {
    with: {
      items: [{ n: 2 }, { n: 3 }],
      values: { total: { operation: "sum", field: "n" }, count: { operation: "count" } },
    },
    output: { total: 5, count: 2 },
  },
  compute: ({ items, groupBy, values }, budget) => {
    const measures = Object.entries(values);
    chargeItems(budget, items.length, measures.length + (groupBy?.length ?? 0));
    if (!groupBy || groupBy.length === 0) return measured(items, measures);
    return [...grouped(items, groupBy).values()].map((group) => ({
      ...Object.fromEntries(groupBy.map((field) => [field, valueAt(group[0] ?? null, field) ?? null])),
      ...measured(group, measures),
    }));
  },
});

function grouped(items: readonly Json[], fields: readonly string[]): Map<string, Json[]> {
  const groups = new Map<string, Json[]>();
  for (const item of items) {
    const key = keyOf(fields.map((field) => valueAt(item, field) ?? null));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const measured = (items: readonly Json[], measures: readonly (readonly [string, Measure])[]): JsonObject =>
  Object.fromEntries(measures.map(([name, measure]) => [name, measureItems(items, measure)]));

function measureItems(items: readonly Json[], { operation, field }: Measure): Json {
  if (operation === "count" && field === undefined) return items.length;
  const found = items.map((item) => valueAt(item, field)).filter((value) => value !== undefined && value !== null);
  switch (operation) {
    case "count":
      return found.length;
    case "countUnique":
      return new Set(found.map(keyOf)).size;
    case "sum":
      return sumOf(found, field);
    case "average":
      return found.length === 0 ? null : sumOf(found, field) / found.length;
    case "min":
      return extreme(found, -1);
    case "max":
      return extreme(found, 1);
    case "first":
      return found[0] ?? null;
    case "last":
      return found.at(-1) ?? null;
    case "collect":
      return found;
  }
}

function sumOf(values: readonly Json[], field: string | undefined): number {
  let sum = 0;
  for (const value of values) {
    if (typeof value !== "number")
      throw new StepFault("NOT_A_NUMBER", `${field ?? "An item"} is not a number in every item.`);
    sum += value;
  }
  if (!Number.isFinite(sum)) throw new StepFault("NOT_A_NUMBER", "The sum is too large to be a number.");
  return sum;
}

function extreme(values: readonly Json[], sign: 1 | -1): Json {
  let best: Json | undefined;
  for (const value of values) if (best === undefined || compareValues(value, best) * sign > 0) best = value;
  return best ?? null;
}

/** The names of the values are literal keys of `with`, so the output's shape is known before the run. */
function outputOf(withValue: Json): JsonSchema {
  if (!isJsonObject(withValue)) return true;
  const values = ownValue(withValue, "values");
  const groupBy = ownValue(withValue, "groupBy");
  if (!isJsonObject(values ?? null) || typeof groupBy === "string") return true;
  const measures = Object.entries(values as JsonObject); // an object, as was just asked
  const properties = Object.fromEntries(measures.map(([name, measure]) => [name, schemaOf(measure)]));
  const row = (fields: readonly string[]): JsonSchema => ({
    type: "object",
    properties: { ...Object.fromEntries(fields.map((field) => [field, true])), ...properties },
    required: [...new Set([...fields, ...Object.keys(properties)])],
  });
  if (!Array.isArray(groupBy) || groupBy.length === 0) return row([]);
  const fields = groupBy.filter((field) => typeof field === "string");
  return fields.some((field) => field.includes("{{")) ? { type: "array" } : { type: "array", items: row(fields) };
}

function schemaOf(measure: Json): JsonSchema {
  const operation = isJsonObject(measure) ? ownValue(measure, "operation") : undefined;
  if (operation === "count" || operation === "countUnique") return { type: "integer" };
  if (operation === "sum") return { type: "number" };
  if (operation === "average") return { type: ["number", "null"] };
  return operation === "collect" ? { type: "array" } : true;
}

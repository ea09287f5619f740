import { isJsonObject, type Json } from "@dap/contract";
import { type Static, Type } from "@sinclair/typebox";
import { compareValues, isEmpty, isEqual } from "../kit/compare";
import { valueAt } from "../kit/path";
import { AnyJson, closed, OneOf } from "../kit/schema";

const operators = [
  "equals",
  "notEquals",
  "greater",
  "greaterOrEqual",
  "less",
  "lessOrEqual",
  "contains",
  "notContains",
  "startsWith",
  "endsWith",
  "in",
  "notIn",
  "isEmpty",
  "isNotEmpty",
] as const;

/** One test of an item, as data: expressions are evaluated before the step runs, so they cannot look at each item. */
export const Condition = Type.Object(
  {
    field: Type.Optional(
      Type.String({ title: "Field", description: "dotted path in the item; left out: the item itself" }),
    ),
    operator: OneOf(operators, { title: "Operator" }),
    value: Type.Optional(AnyJson({ title: "Value" })),
  },
  closed,
);
export type Condition = Static<typeof Condition>;

export const Conditions = Type.Array(Condition, { title: "Conditions", minItems: 1, maxItems: 50 });
export const Match = Type.Optional(
  OneOf(["all", "any"], { title: "Match", description: "all conditions, or any of them", default: "all" }),
);

/** Whether an item meets all of the conditions, or any. */
export const meets = (item: Json, conditions: readonly Condition[], match: "all" | "any" = "all"): boolean =>
  match === "all" ? conditions.every((one) => holds(item, one)) : conditions.some((one) => holds(item, one));

function holds(item: Json, { field, operator, value = null }: Condition): boolean {
  const found = valueAt(item, field);
  switch (operator) {
    case "equals":
      return isEqual(found ?? null, value);
    case "notEquals":
      return !isEqual(found ?? null, value);
    case "greater":
      return isComparable(found, value) && compareValues(found, value) > 0;
    case "greaterOrEqual":
      return isComparable(found, value) && compareValues(found, value) >= 0;
    case "less":
      return isComparable(found, value) && compareValues(found, value) < 0;
    case "lessOrEqual":
      return isComparable(found, value) && compareValues(found, value) <= 0;
    case "contains":
      return contains(found, value);
    case "notContains":
      return !contains(found, value);
    case "startsWith":
      return typeof found === "string" && typeof value === "string" && found.startsWith(value);
    case "endsWith":
      return typeof found === "string" && typeof value === "string" && found.endsWith(value);
    case "in":
      return Array.isArray(value) && value.some((one) => isEqual(found ?? null, one));
    case "notIn":
      return Array.isArray(value) && !value.some((one) => isEqual(found ?? null, one));
    case "isEmpty":
      return isEmpty(found);
    case "isNotEmpty":
      return !isEmpty(found);
  }
}

/** Only numbers with numbers and texts with texts: `"9" > 10` is neither true nor its opposite. */
const isComparable = (left: Json | undefined, right: Json): boolean =>
  typeof left === typeof right && (typeof left === "number" || typeof left === "string");

/** A text in a text, an item in a list, a key in an object. */
function contains(found: Json | undefined, value: Json): boolean {
  if (typeof found === "string") return typeof value === "string" && found.includes(value);
  if (Array.isArray(found)) return found.some((one) => isEqual(one, value));
  return isJsonObject(found) && typeof value === "string" && Object.hasOwn(found, value);
}

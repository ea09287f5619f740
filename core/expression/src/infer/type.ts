/**
 * What is known about a value before the run: which sorts it may have, and of each what it contains. Sorts are
 * independent, so that joining two types joins them sort by sort. Immutable.
 */
export type Type = {
  /** Nothing is known; then the other fields say nothing either, except `missing`. */
  readonly unknown: boolean;
  readonly missing: boolean;
  readonly null: boolean;
  readonly boolean: boolean;
  readonly number: "none" | "integer" | "number";
  /** Any text, none, or one of these. */
  readonly text: boolean | readonly string[];
  readonly list: Type | undefined;
  readonly object: ObjectType | undefined;
};

export type ObjectType = {
  readonly fields: ReadonlyMap<string, Type>;
  /** What other fields hold; `undefined` if there are none. */
  readonly others: Type | undefined;
};

export const nothing: Type = {
  unknown: false,
  missing: false,
  null: false,
  boolean: false,
  number: "none",
  text: false,
  list: undefined,
  object: undefined,
};
export const unknownType: Type = { ...nothing, unknown: true };
export const missingType: Type = { ...nothing, missing: true };
export const nullType: Type = { ...nothing, null: true };
export const booleanType: Type = { ...nothing, boolean: true };
export const numberType: Type = { ...nothing, number: "number" };
export const integerType: Type = { ...nothing, number: "integer" };
export const textType: Type = { ...nothing, text: true };
export const listOf = (item: Type): Type => ({ ...nothing, list: item });
export const objectOf = (fields: ReadonlyMap<string, Type>, others?: Type): Type => ({
  ...nothing,
  object: { fields, others },
});
/** An object of which only the sort of its values is known. */
export const mapOf = (values: Type): Type => objectOf(new Map(), values);
export const literalText = (text: string): Type => ({ ...nothing, text: [text] });

export const maybe = (type: Type): Type => (type.missing ? type : { ...type, missing: true });
/** The type once it is known that the value is there. */
export const present = (type: Type): Type => (type.missing ? { ...type, missing: false } : type);
export const notNothing = (type: Type): Type => ({ ...type, missing: false, null: false });

/** Whether no value has this type. */
export const isNever = (type: Type): boolean => !type.unknown && !type.missing && sortsOf(type).length === 0;

const literalsMax = 50;

/** Every value of either type. */
export function union(left: Type, right: Type): Type {
  if (left === right) return left;
  const missing = left.missing || right.missing;
  if (left.unknown || right.unknown) return { ...unknownType, missing };
  return {
    unknown: false,
    missing,
    null: left.null || right.null,
    boolean: left.boolean || right.boolean,
    number: unionNumber(left.number, right.number),
    text: unionText(left.text, right.text),
    list: left.list && right.list ? union(left.list, right.list) : (left.list ?? right.list),
    object: left.object && right.object ? unionObject(left.object, right.object) : (left.object ?? right.object),
  };
}

export const unionAll = (types: readonly Type[]): Type => types.reduce(union, nothing);

function unionNumber(left: Type["number"], right: Type["number"]): Type["number"] {
  if (left === "number" || right === "number") return "number";
  return left === "integer" || right === "integer" ? "integer" : "none";
}

function unionText(left: Type["text"], right: Type["text"]): Type["text"] {
  if (left === true || right === true) return true;
  const all = [...new Set([...(left || []), ...(right || [])])];
  if (all.length === 0) return false;
  return all.length > literalsMax ? true : all;
}

function unionObject(left: ObjectType, right: ObjectType): ObjectType {
  const fields = new Map<string, Type>();
  for (const name of new Set([...left.fields.keys(), ...right.fields.keys()])) {
    fields.set(name, union(fieldOf(left, name), fieldOf(right, name)));
  }
  const others = left.others && right.others ? union(left.others, right.others) : (left.others ?? right.others);
  return { fields, others };
}

/** The type of a field, missing if there is none. */
export function fieldOf(object: ObjectType, name: string): Type {
  return object.fields.get(name) ?? (object.others ? maybe(object.others) : missingType);
}

export type Sort = "null" | "boolean" | "number" | "text" | "list" | "object";

/** The sorts a value of this type may have; of an unknown type, none are listed. */
export function sortsOf(type: Type): readonly Sort[] {
  const sorts: Sort[] = [];
  if (type.null) sorts.push("null");
  if (type.boolean) sorts.push("boolean");
  if (type.number !== "none") sorts.push("number");
  if (type.text !== false) sorts.push("text");
  if (type.list) sorts.push("list");
  if (type.object) sorts.push("object");
  return sorts;
}

/** What people call each sort. */
export const sortWords: Readonly<Record<Sort, string>> = {
  null: "null",
  boolean: "true or false",
  number: "a number",
  text: "a text",
  list: "a list",
  object: "an object",
};

/** The type in words that fit into "needs a text, but this is ...". */
export function describeType(type: Type): string {
  if (type.unknown) return "of unknown type";
  const words = sortsOf(type).map((sort) => sortWords[sort]);
  if (type.missing) words.push("missing");
  return words.length === 0 ? "nothing" : words.join(" or ");
}

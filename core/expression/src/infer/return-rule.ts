import {
  booleanType,
  integerType,
  listOf,
  mapOf,
  nullType,
  numberType,
  present,
  type Type,
  textType,
  unionAll,
  unknownType,
} from "./type";

/** The types of a call's arguments; of an arrow, the type of its body. */
export type ReturnRule = NamedReturn | ((args: readonly Type[]) => Type);

export type NamedReturn = keyof typeof named;

const named = {
  text: textType,
  number: numberType,
  integer: integerType,
  boolean: booleanType,
  null: nullType,
  unknown: unknownType,
  object: mapOf(unknownType),
  list: listOf(unknownType),
  texts: listOf(textType),
  integers: listOf(integerType),
};

/** The type of a call's result. */
export const returnType = (rule: ReturnRule, args: readonly Type[]): Type =>
  typeof rule === "function" ? rule(args) : named[rule];

/** Of the argument at `index`: the type itself, or unknown if it was left out. */
export const argument = (args: readonly Type[], index: number): Type => args[index] ?? unknownType;

/** What a list holds; unknown where the argument may be something else. */
export const itemOf = (type: Type): Type => type.list ?? unknownType;

/** What the fields of an object hold, whichever they are. */
export function fieldValueOf(type: Type): Type {
  const { object } = type;
  if (!object) return unknownType;
  return present(unionAll([...object.fields.values(), ...(object.others ? [object.others] : [])]));
}

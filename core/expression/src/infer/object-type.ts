import { fieldOf, maybe, objectOf, present, type Type, union, unknownType } from "./type";

/** The object that a later one is merged into: its fields win, where it has them. */
export function joinedType(first: Type, later: Type): Type {
  if (!first.object || !later.object) return unknownType;
  const fields = new Map(first.object.fields);
  for (const name of later.object.fields.keys()) {
    const over = fieldOf(later.object, name);
    const under = fieldOf(first.object, name);
    fields.set(name, over.missing ? union(present(over), under) : over);
  }
  const { others } = later.object;
  if (!others) return objectOf(fields, first.object.others);
  // Anything may be overwritten by a field that nobody listed.
  for (const [name, type] of fields) if (!later.object.fields.has(name)) fields.set(name, union(type, others));
  return objectOf(fields, first.object.others ? union(first.object.others, others) : others);
}

/** `{ key, value }`. */
export const pickedType = (key: Type, value: Type): Type =>
  objectOf(
    new Map([
      ["key", key],
      ["value", value.missing ? maybe(value) : value],
    ]),
  );

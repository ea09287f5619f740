import type { Json, JsonObject } from "@dap/contract";
import { ExpressionError } from "../error";
import { copyInto, keyText } from "../evaluate/literal";
import { readIndex } from "../evaluate/path";
import { isList, isObject, isTruthy, newObject, orNull, type Value } from "../evaluate/value";
import { joinedType, pickedType } from "../infer/object-type";
import { argument, fieldValueOf } from "../infer/return-rule";
import { listOf, mapOf, maybe, type Type, textType, unknownType } from "../infer/type";
import type { Meter } from "../meter";
import { any, arrow, define, list, object, optional, rest, text } from "./definition";

const eachEntry = (name: string) =>
  arrow(name, 2, (args: readonly Type[]) => [fieldValueOf(argument(args, 0)), textType]);

export const objectFunctions = [
  define({
    name: "keys",
    parameters: [object("of")],
    returns: "texts",
    description: "The keys of an object.",
    examples: [["keys({ a: 1, b: 2 })", ["a", "b"]]],
    run: (meter, of) => paidKeys(meter, of),
  }),
  define({
    name: "values",
    parameters: [object("of")],
    returns: (args) => listOf(fieldValueOf(argument(args, 0))),
    description: "The values of an object.",
    examples: [["values({ a: 1, b: 2 })", [1, 2]]],
    run: (meter, of) => paidKeys(meter, of).map((key) => orNull(of[key])),
  }),
  define({
    name: "entries",
    parameters: [object("of")],
    returns: (args) => listOf(pickedType(textType, fieldValueOf(argument(args, 0)))),
    description: "A list of { key, value }.",
    examples: [["entries({ a: 1 })", [{ key: "a", value: 1 }]]],
    run: (meter, of) => {
      const keys = paidKeys(meter, of);
      meter.charge(keys.length, 32 * keys.length);
      return keys.map((key) =>
        makeObject([
          ["key", key],
          ["value", orNull(of[key])],
        ]),
      );
    },
  }),
  define({
    name: "fromEntries",
    parameters: [list("entries")],
    returns: "object",
    description: "An object out of a list of { key, value } or [key, value].",
    examples: [['fromEntries([{ key: "a", value: 1 }, ["b", 2]])', { a: 1, b: 2 }]],
    run: (meter, entries) => {
      meter.charge(entries.length, 24 * entries.length);
      const result = newObject();
      for (const entry of entries) {
        if (!isList(entry) && !isObject(entry))
          throw new ExpressionError("TYPE", "fromEntries needs { key, value } or [key, value]");
        const [key, value] = isList(entry) ? entry : [own(entry, "key"), own(entry, "value")];
        result[keyText(key)] = orNull(value);
      }
      return result;
    },
  }),
  define({
    name: "pick",
    parameters: [object("of"), rest(any("keys"))],
    returns: "object",
    description: "An object with some of the keys only.",
    examples: [['{ a: 1, b: 2, c: 3 } | pick("a", "c")', { a: 1, c: 3 }]],
    run: (meter, of, ...keys) => {
      const wanted = keyNames(keys);
      meter.charge(wanted.length, 16 * wanted.length);
      return makeObject(wanted.filter((key) => Object.hasOwn(of, key)).map((key) => [key, orNull(of[key])]));
    },
  }),
  define({
    name: "omit",
    parameters: [object("of"), rest(any("keys"))],
    returns: "object",
    description: "An object without some of its keys.",
    examples: [['{ a: 1, b: 2 } | omit("a")', { b: 2 }]],
    run: (meter, of, ...keys) => {
      const unwanted = new Set(keyNames(keys));
      return makeObject(
        paidKeys(meter, of)
          .filter((key) => !unwanted.has(key))
          .map((key) => [key, orNull(of[key])]),
      );
    },
  }),
  define({
    name: "merge",
    aliases: ["assign"],
    parameters: [object("first"), rest(object("others"))],
    returns: (args) => args.reduce(joinedType),
    description: "One object out of several; a later one wins.",
    examples: [["merge({ a: 1, b: 1 }, { b: 2 })", { a: 1, b: 2 }]],
    run: (meter, ...objects) => {
      const result = newObject();
      for (const each of objects) copyInto(result, each, meter);
      return result;
    },
  }),
  define({
    name: "get",
    parameters: [any("of"), text("path"), optional(any("otherwise"))],
    returns: () => maybe(unknownType),
    description:
      "The value at a path with dots, such as one that was computed; missing, or another value, if there is none.",
    examples: [
      ['get({ a: [{ b: 1 }] }, "a.0.b")', 1],
      ['get({}, "a.b", 0)', 0],
    ],
    run: (meter, of, path, otherwise) => {
      meter.charge(path.length, path.length);
      const found = path.split(".").reduce<Value>((value, key) => readIndex(value, key, true, 0), of);
      return found ?? otherwise;
    },
  }),
  define({
    name: "set",
    parameters: [object("of"), any("key"), any("value")],
    returns: "object",
    description: "A copy of an object with one key set, or taken away if the value is missing.",
    examples: [['set({ a: 1 }, "b", 2)', { a: 1, b: 2 }]],
    run: (meter, of, key, value) => {
      const result = newObject();
      copyInto(result, of, meter);
      const name = keyText(key);
      if (value === undefined) delete result[name];
      else result[name] = value;
      return result;
    },
  }),
  define({
    name: "hasKey",
    parameters: [object("of"), text("key")],
    returns: "boolean",
    description: "Whether an object has a key.",
    examples: [['hasKey({ a: null }, "a")', true]],
    run: (_meter, of, key) => Object.hasOwn(of, keyText(key)),
  }),
  define({
    name: "mapValues",
    parameters: [object("of"), eachEntry("make")],
    returns: (args) => mapOf(argument(args, 1)),
    description: "An object with the same keys and what the arrow makes of every value.",
    examples: [["{ a: 1, b: 2 } | mapValues((v, k) => v * 10)", { a: 10, b: 20 }]],
    run: (meter, of, make) => {
      const result = newObject();
      for (const key of paidKeys(meter, of)) {
        const value = make(of[key], key);
        if (value !== undefined) result[key] = value;
      }
      return result;
    },
  }),
  define({
    name: "mapKeys",
    parameters: [object("of"), eachEntry("make")],
    returns: (args) => mapOf(fieldValueOf(argument(args, 0))),
    description: "An object with the same values under keys that the arrow makes.",
    examples: [["{ a: 1 } | mapKeys((v, k) => upper(k))", { A: 1 }]],
    run: (meter, of, make) => {
      const result = newObject();
      for (const key of paidKeys(meter, of)) result[keyText(make(of[key], key))] = orNull(of[key]);
      return result;
    },
  }),
  define({
    name: "filterValues",
    parameters: [object("of"), eachEntry("test")],
    returns: (args) => mapOf(fieldValueOf(argument(args, 0))),
    description: "An object with the entries for which the arrow says true.",
    examples: [["{ a: 1, b: 0 } | filterValues(v => v > 0)", { a: 1 }]],
    run: (meter, of, test) =>
      makeObject(
        paidKeys(meter, of)
          .filter((key) => isTruthy(test(of[key], key)))
          .map((key) => [key, orNull(of[key])]),
      ),
  }),
];

const own = (of: JsonObject, key: string): Value => (Object.hasOwn(of, key) ? of[key] : undefined);

function paidKeys(meter: Meter, of: JsonObject): string[] {
  const keys = Object.keys(of);
  meter.charge(keys.length, 16 * keys.length);
  return keys;
}

/** Keys are copied as data: the object has no prototype. */
function makeObject(entries: readonly (readonly [string, Json])[]): Json {
  const result = newObject();
  for (const [key, value] of entries) result[key] = value;
  return result;
}

/** Keys given one by one or as a list. */
const keyNames = (keys: readonly Value[]): string[] =>
  keys.flatMap((key) => (isList(key) ? key.map((each) => keyText(each)) : [keyText(key)]));

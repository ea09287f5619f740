import fc from "fast-check";
import type { Parameter, ParameterKind } from "../function/definition";
import { functionGroups } from "../function/registry";

/** Arguments that fit, hostile or odd ones among them. */
const fitting: Readonly<Record<ParameterKind, readonly string[]>> = {
  text: [
    '"a b"',
    '""',
    '"day"',
    '"Europe/Berlin"',
    '"(a|b)+"',
    '"%ff"',
    '"yyyy-MM"',
    '"\\ud800"',
    '"[1,{}]"',
    '"é😀"',
    '"desc"',
    '"__proto__"',
    '"1e999"',
  ],
  number: ["0", "-1", "3", "0.5", "1e15", "1e308", "-0"],
  integer: ["0", "-1", "3", "1e15", "-7"],
  boolean: ["true", "false"],
  list: [
    "list",
    "data.items",
    "[]",
    "[[1, 2], [3]]",
    "[3, 1, 2]",
    '["b", "a"]',
    '[["k", 1]]',
    '[{ key: "a", value: null }]',
  ],
  object: ["data", "{}", "{ a: 1 }", "data.o"],
  series: ["list", '"añ😀"', "[]", '""'],
  instant: ['"2025-01-31"', '"2025-03-30T02:30:00"', "0", "-1e14", "253402300799999", '"0001-01-01"', '"x"'],
  any: ["null", "missing", "data", '"a"', "1", "[null]"],
  arrow: ["x => x", "(x, y) => x.n", '"n"', "x => y", "x => [x]", "x => text(x)"],
};
const odd = Object.values(fitting).flat();

const argumentFor = (parameter: Parameter): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...fitting[parameter.kind]) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );

const definitions = functionGroups.flatMap(([, functions]) => functions);

/** A call of any function, mostly with arguments that fit. */
export const anyCall: fc.Arbitrary<string> = fc.constantFrom(...definitions).chain(({ name, parameters }) => {
  const countMin = parameters.filter((parameter) => !parameter.optional && !parameter.rest).length;
  return fc
    .tuple(fc.integer({ min: countMin, max: parameters.length }), fc.tuple(...parameters.map(argumentFor)))
    .map(([count, args]) => `${name}(${args.slice(0, count).join(", ")})`);
});

import fc from "fast-check";

const key = fc.constantFrom("a", "b", "n", "items", "name", "length", "toString", "x");
const plainFunction = fc.constantFrom(
  "upper",
  "trim",
  "length",
  "text",
  "type",
  "exists",
  "keys",
  "values",
  "first",
  "reverse",
  "sum",
  "join",
  "abs",
);
const arrowFunction = fc.constantFrom("map", "map", "filter", "find", "some", "every", "sumBy");

const atom: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "data", "list", "x", "y", "i", "nothing", "missing", "toString", "items"),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "data.items",
      "data.items[0].name",
      "data.n",
      "data.a.b",
      "data?.q?.r",
      "list[1]",
      "data.items.length",
      "data.o.toString",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -20, max: 1000 }).map((value) => (value < 0 ? `(${value})` : String(value))),
  },
  { weight: 1, arbitrary: fc.constantFrom("0", "1.5", "1e300", "0.1", "2e-3") },
  {
    weight: 2,
    arbitrary: fc.constantFrom('""', '"b"', "'name'", '" a }} "', '"{{"', '"0"', '"length"', '"construc"', '"é😀"'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("true", "false", "null", "undefined", "[]", "{}", '"constructor"', '"__proto__"'),
  },
);

/** Expressions as text, weighted so that most of them have a value and the rest fail in every way there is. */
export const anyExpression: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie("expression");
  const binary = fc.constantFrom(
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "??",
    "===",
  );
  return {
    expression: fc.oneof(
      { depthSize: "small", maxDepth: 5, withCrossShrink: true },
      { weight: 6, arbitrary: atom },
      {
        weight: 3,
        arbitrary: fc.tuple(inner, binary, inner).map(([left, mark, right]) => `(${left}) ${mark} (${right})`),
      },
      { weight: 1, arbitrary: fc.tuple(atom, binary, atom, binary, atom).map((parts) => parts.join(" ")) },
      {
        weight: 1,
        arbitrary: fc.tuple(inner, inner, inner).map(([test, then, other]) => `(${test}) ? (${then}) : ${other}`),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom("!", "-"), inner).map(([mark, value]) => `${mark}(${value})`) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(inner, fc.constantFrom(".", "?."), key)
          .map(([value, dot, name]) => `(${value})${dot}${name}`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(inner, fc.constantFrom("", "?."), inner)
          .map(([value, dot, index]) => `(${value})${dot}[${index}]`),
      },
      { weight: 2, arbitrary: fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(", ")}]`) },
      { weight: 1, arbitrary: fc.tuple(inner, inner).map(([first, second]) => `[...(${first}), ${second}]`) },
      {
        weight: 2,
        arbitrary: fc
          .array(fc.tuple(key, inner), { maxLength: 3 })
          .map((entries) => `{ ${entries.map(([name, value]) => `${name}: ${value}`).join(", ")} }`),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(inner, inner, inner).map(([name, value, rest]) => `{ [${name}]: ${value}, ...(${rest}) }`),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(inner, plainFunction, fc.boolean())
          .map(([value, name, isPipe]) => (isPipe ? `(${value} | ${name})` : `${name}(${value})`)),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(inner, inner, fc.constantFrom("default", "join", "merge"))
          .map(([a, b, name]) => `(${a} | ${name}(${b}))`),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(inner, fc.constantFrom(".", "?."), arrowFunction, fc.constantFrom("x", "(x, i)", "y"), inner)
          .map(([value, dot, name, head, body]) => `(${value})${dot}${name}(${head} => ${body})`),
      },
    ),
  };
}).expression;

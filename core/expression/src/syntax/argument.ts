import type { FunctionDefinition, Parameter } from "../function/definition";
import type { Argument, ArrowNode, Expression } from "./ast";
import { lenient } from "./lenient";
import type { Parser } from "./parser";

/** Functions that say what to do about a missing first argument. */
const lenientFunctions: ReadonlySet<string> = new Set(["default", "exists", "isEmpty", "type"]);

/** Parses `(a, b, x => ...)` of a call, or nothing after a pipe, and checks the number and the sort of the arguments. */
export function parseArguments(
  parser: Parser,
  definition: FunctionDefinition,
  self: Expression | undefined,
  offset: number,
): readonly Argument[] {
  const found: Argument[] = self === undefined ? [] : [forParameter(parser, definition.parameters[0], self)];
  if (parser.takeMark("(")) {
    parser.parseSequence(")", () => {
      found.push(parseArgument(parser, parameterAt(definition, found.length)));
    });
  }
  checkCount(parser, definition, found.length, offset);
  const [first, ...rest] = found;
  const isLenient = first !== undefined && first.kind !== "arrow" && lenientFunctions.has(definition.name);
  return isLenient ? [lenient(first), ...rest] : found;
}

function parameterAt({ parameters }: FunctionDefinition, index: number): Parameter | undefined {
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.rest ? last : undefined);
}

function checkCount(parser: Parser, definition: FunctionDefinition, count: number, offset: number): void {
  const { parameters, signature } = definition;
  const isOpen = parameters.at(-1)?.rest === true;
  const countMin = parameters.filter((parameter) => !parameter.optional && !parameter.rest).length;
  if (count < countMin) parser.failAt("ARGUMENTS", `an argument is missing: ${signature}`, offset);
  if (!isOpen && count > parameters.length) parser.failAt("ARGUMENTS", `too many arguments: ${signature}`, offset);
}

function parseArgument(parser: Parser, parameter: Parameter | undefined): Argument {
  const { offset } = parser.token;
  const names = takeArrowHead(parser);
  if (names === undefined) return forParameter(parser, parameter, parser.parsePipe());
  if (parameter?.kind !== "arrow")
    parser.failAt("SYNTAX", "this argument is a value; an arrow cannot stand here", offset);
  if (names.length > (parameter?.arity ?? 0)) {
    parser.failAt("ARGUMENTS", `this arrow takes at most ${parameter?.arity} parameters`, offset);
  }
  for (const name of names) parser.refuseKey(name, offset);
  return parser.withLocals(names, (slots) => {
    if (parser.isMark("{")) refuseBlock(parser);
    const body = parser.parsePipe();
    const parameters = names.map((name, index) => ({ name, slot: slots[index] ?? 0 }));
    return parser.node<ArrowNode>({ kind: "arrow", parameters, body, offset });
  });
}

/** `x => {` opens a block in JavaScript, which is not what an object literal means. */
function refuseBlock(parser: Parser): never {
  return parser.fail("SYNTAX", "an arrow has no block; put an object in parentheses: x => ({ ... })");
}

/** Where an arrow is expected, a text names the field to take: `sumBy("price")` is `sumBy(x => x?.price)`. */
function forParameter(parser: Parser, parameter: Parameter | undefined, value: Expression): Argument {
  if (parameter?.kind !== "arrow") return value;
  const { offset } = value;
  if (value.kind !== "literal" || typeof value.value !== "string") {
    return parser.failAt(
      "ARGUMENTS",
      "this argument is an arrow, as in x => x.name, or the name of a field in quotes",
      offset,
    );
  }
  const name = value.value;
  parser.refuseKey(name, offset);
  return parser.withLocals(["item"], ([slot = 0]) => {
    const object = parser.node<Expression>({ kind: "local", name: "item", slot, offset });
    const body = parser.node<Expression>({ kind: "member", object, name, optional: true, offset });
    return parser.node<ArrowNode>({ kind: "arrow", parameters: [{ name: "item", slot }], body, offset });
  });
}

/** Takes `x =>` or `(x, y) =>` and returns the names; otherwise stays where it was. */
function takeArrowHead(parser: Parser): readonly string[] | undefined {
  const start = parser.token;
  const names: string[] = [];
  if (start.kind === "name") {
    const next = parser.peek();
    if (next.kind !== "mark" || next.text !== "=>") return undefined;
    parser.advance();
    parser.advance();
    return [start.text];
  }
  if (!parser.isMark("(")) return undefined;
  parser.advance();
  while (parser.token.kind === "name") {
    names.push(parser.token.text);
    parser.advance();
    if (!parser.takeMark(",")) break;
  }
  if (parser.takeMark(")") && parser.takeMark("=>")) return names;
  parser.rewind(start);
  return undefined;
}

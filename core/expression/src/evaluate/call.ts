import { ExpressionError, placed } from "../error";
import type { ArrowValue, Parameter, Run } from "../function/definition";
import { getFunction } from "../function/registry";
import type { Meter } from "../meter";
import type { Argument, ArrowNode, CallNode, Expression } from "../syntax/ast";
import { compileExpression, costOf, type Step } from "./compile";
import { describeValue, isList, isObject, type Value } from "./value";

/** Evaluates one argument and checks it. Values and arrows alike; only `Run` tells them apart again. */
type ArgumentStep = (...context: Parameters<Step>) => Value | ArrowValue;

/** A call with its function already found: nothing is looked up by name at run time. */
export function compileCall(node: CallNode): Step {
  const definition = getFunction(node.name);
  const { run, parameters } = definition;
  const [self, ...others] = node.arguments;
  const compileAt = (argument: Argument, index: number) =>
    compileArgument(node.name, argument, parameters[index] ?? parameters.at(-1));
  if (!node.optional || self === undefined || self.kind === "arrow") {
    return withPlace(callOf(run, node.arguments.map(compileAt)), node.offset);
  }
  // The first argument is compiled only here: compiling it twice would double with every link of a chain.
  const steps = others.map((argument, index) => compileAt(argument, index + 1));
  return withPlace(optionalCall(node.name, run, self, parameters[0], steps), node.offset);
}

/** `x?.f(y)`: missing if `x` is, and then `y` is not evaluated. */
function optionalCall(
  name: string,
  run: Run,
  self: Expression,
  parameter: Parameter | undefined,
  others: readonly ArgumentStep[],
): Step {
  const first = compileExpression(self);
  return (scope, meter, locals) => {
    const value = first(scope, meter, locals);
    if (value === undefined || value === null) return undefined;
    if (parameter && parameter.kind !== "any" && !checks[parameter.kind](value)) {
      throw misfit(name, parameter, value, self.offset);
    }
    return run(meter, value, ...others.map((step) => step(scope, meter, locals)));
  };
}

/** One shape of closure per number of arguments, because spreading would allocate. */
function callOf(run: Run, steps: readonly ArgumentStep[]): Step {
  const [a, b, c] = steps;
  if (!a) return (_scope, meter) => run(meter);
  if (!b) return (scope, meter, locals) => run(meter, a(scope, meter, locals));
  if (!c) return (scope, meter, locals) => run(meter, a(scope, meter, locals), b(scope, meter, locals));
  if (steps.length === 3) {
    return (scope, meter, locals) =>
      run(meter, a(scope, meter, locals), b(scope, meter, locals), c(scope, meter, locals));
  }
  return (scope, meter, locals) => run(meter, ...steps.map((step) => step(scope, meter, locals)));
}

function withPlace(call: Step, offset: number): Step {
  return (scope, meter, locals) => {
    try {
      return call(scope, meter, locals);
    } catch (error) {
      throw placed(error, offset);
    }
  };
}

function compileArgument(name: string, argument: Argument, parameter: Parameter | undefined): ArgumentStep {
  if (argument.kind === "arrow") return compileArrow(argument);
  const step = compileExpression(argument);
  if (parameter === undefined || parameter.kind === "any") return step;
  const fits = checks[parameter.kind];
  const { offset } = argument;
  const isOptional = parameter.optional;
  return (scope, meter, locals) => {
    const value = step(scope, meter, locals);
    if (fits(value) || (isOptional && value === undefined)) return value;
    throw misfit(name, parameter, value, offset);
  };
}

const checks: Readonly<Record<Exclude<Parameter["kind"], "any">, (value: Value) => boolean>> = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === "boolean",
  list: isList,
  object: isObject,
  series: (value) => typeof value === "string" || isList(value),
  instant: (value) => typeof value === "string" || typeof value === "number",
  arrow: () => false,
};

const kindNames: Readonly<Record<Parameter["kind"], string>> = {
  text: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  list: "a list",
  object: "an object",
  series: "a text or a list",
  instant: "a date (text in ISO 8601, or Unix milliseconds)",
  any: "a value",
  arrow: "an arrow",
};

export const kindName = (kind: Parameter["kind"]): string => kindNames[kind];

function misfit(name: string, { kind, name: parameterName }: Parameter, value: Value, offset: number) {
  const message = `${name} needs ${kindNames[kind]} as ${parameterName}, not ${describeValue(value)}`;
  return new ExpressionError("TYPE", message, offset);
}

/** The body's cost is known beforehand, so that each round pays once. */
function compileArrow({ parameters, body }: ArrowNode): ArgumentStep {
  const step = compileExpression(body);
  const cost = costOf(body) + 1;
  const [first = -1, second = -1, third = -1] = parameters.map((parameter) => parameter.slot);
  if (second === -1) {
    return (scope, meter, locals) => (item) => {
      if (first !== -1) locals[first] = item;
      payRound(meter, cost);
      return step(scope, meter, locals);
    };
  }
  return (scope, meter, locals) => (item, next, last) => {
    locals[first] = item;
    locals[second] = next;
    if (third !== -1) locals[third] = last;
    payRound(meter, cost);
    return step(scope, meter, locals);
  };
}

function payRound(meter: Meter, cost: number): void {
  meter.steps -= cost;
  if (meter.steps < 0) meter.charge(0);
}

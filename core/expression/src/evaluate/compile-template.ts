import type { Json } from "@dap/contract";
import { placed } from "../error";
import type { Meter } from "../meter";
import { type Expression, soleExpression, type Template, type TemplatePart } from "../syntax/ast";
import { compileExpression, costOf, type Step } from "./compile";
import { chargeValue, printText, type Value } from "./value";

/** The names an expression sees. Own properties only; a plain or a null-prototype object of JSON values. */
export type Scope = { readonly [name: string]: Json | undefined };

/** `undefined` is a missing value. Throws `ExpressionError` and nothing else. */
export type Evaluate = (scope: Scope, meter: Meter) => Json | undefined;

/**
 * Turns a parsed field into a function. A field that is exactly one `{{ }}` keeps the type of its value; any other is
 * text, where missing and `null` print as nothing and objects as JSON.
 */
export function compileTemplate(template: Template): Evaluate {
  return compileField(template, false);
}

/** With `isPart`, the field is one of several in a value: what it hands on is paid for, as it may occur many times. */
export function compileField(template: Template, isPart: boolean): Evaluate {
  const sole = soleExpression(template);
  if (sole) return compileSole(sole, template.slots, isPart);
  const [first, second] = template.parts;
  if (first === undefined) return () => "";
  if (first.kind === "text" && second === undefined) return () => first.text;
  return compileText(template);
}

const noLocals: Value[] = [];
const newLocals = (slots: number): Value[] => (slots === 0 ? noLocals : new Array<Value>(slots).fill(undefined));

function compileSole(expression: Expression, slots: number, isPart: boolean): Evaluate {
  const step = compileExpression(expression);
  const cost = costOf(expression);
  // A path hands on what is in scope already; only what an expression has built can be larger than its sources.
  const isPaid = isPart || !isRead(expression);
  return placing(expression.offset, (scope, meter) => {
    pay(meter, cost);
    const value = step(scope, meter, newLocals(slots));
    if (isPaid && typeof value === "object") chargeValue(meter, value);
    return value;
  });
}

function isRead(node: Expression): boolean {
  if (node.kind === "member" || node.kind === "index") return isRead(node.object);
  return node.kind === "name" || node.kind === "literal";
}

function compileText({ parts, slots }: Template): Evaluate {
  const steps = parts.map(compilePart);
  const cost = parts.reduce((sum, part) => sum + (part.kind === "text" ? 1 : costOf(part.expression)), 0);
  return placing(0, (scope, meter) => {
    pay(meter, cost);
    const locals = newLocals(slots);
    let text = "";
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index];
      if (typeof step === "string") text += step;
      else if (step) text += printText(meter, step(scope, meter, locals));
    }
    return text;
  });
}

const compilePart = (part: TemplatePart): string | Step =>
  part.kind === "text" ? part.text : compileExpression(part.expression);

function pay(meter: Meter, cost: number): void {
  meter.steps -= cost;
  if (meter.steps < 0) meter.charge(0);
}

/** Errors that no node has placed are placed at the field. */
function placing(offset: number, evaluate: Evaluate): Evaluate {
  return (scope, meter) => {
    try {
      return evaluate(scope, meter);
    } catch (error) {
      throw placed(error, offset);
    }
  };
}

import type { Meter } from "../meter";
import type { Argument, Expression } from "../syntax/ast";
import { compileCall } from "./call";
import type { Scope } from "./compile-template";
import { compileList, compileObject } from "./literal";
import { negate, operations } from "./operator";
import { follow, type Path, pathOf, readIndex, readMember } from "./path";
import type { Value } from "./value";

/** One node as a closure. `locals` holds the parameters of arrows by slot. */
export type Step = (scope: Scope, meter: Meter, locals: Value[]) => Value;

/** Turns a tree into closures, once. Steps are not paid here but by whoever starts them, by `costOf`. */
export function compileExpression(node: Expression): Step {
  switch (node.kind) {
    case "literal": {
      const { value } = node;
      return () => value;
    }
    case "name":
    case "local":
    case "member":
    case "index":
      return compileRead(node);
    case "unary": {
      const operand = compileExpression(node.operand);
      const { offset } = node;
      if (node.operator === "!") return (scope, meter, locals) => !operand(scope, meter, locals);
      return (scope, meter, locals) => negate(operand(scope, meter, locals), offset);
    }
    case "binary": {
      const left = compileExpression(node.left);
      const right = compileExpression(node.right);
      const operation = operations[node.operator];
      const { offset } = node;
      return (scope, meter, locals) =>
        operation(left(scope, meter, locals), right(scope, meter, locals), meter, offset);
    }
    case "logic":
      return compileLogic(node);
    case "conditional": {
      const test = compileExpression(node.test);
      const then = compileExpression(node.then);
      const otherwise = compileExpression(node.otherwise);
      return (scope, meter, locals) =>
        test(scope, meter, locals) ? then(scope, meter, locals) : otherwise(scope, meter, locals);
    }
    case "list":
      return compileList(node.items);
    case "object":
      return compileObject(node.entries);
    case "call":
      return compileCall(node);
  }
}

function compileRead(node: Extract<Expression, { kind: "name" | "local" | "member" | "index" }>): Step {
  const path = pathOf(node);
  if (path) return compilePath(path);
  if (node.kind === "name" || node.kind === "local") return compilePath({ ...emptyPath, root: node });
  const object = compileExpression(node.object);
  const { optional, offset } = node;
  if (node.kind === "member") {
    const { name } = node;
    return (scope, meter, locals) => readMember(object(scope, meter, locals), name, optional, offset);
  }
  const index = compileExpression(node.index);
  return (scope, meter, locals) => {
    const value = object(scope, meter, locals);
    if (optional && (value === undefined || value === null)) return undefined;
    return readIndex(value, index(scope, meter, locals), optional, offset);
  };
}

const emptyPath = { keys: [], offsets: [], optionalFrom: 0 };

/** Short paths have closures of their own: they are what loops are made of. */
function compilePath(path: Path): Step {
  const { root, keys } = path;
  const [key] = keys;
  if (root.kind === "local") {
    const { slot } = root;
    if (key === undefined) return (_scope, _meter, locals) => locals[slot];
    if (keys.length > 1 || typeof key === "number") return (_scope, _meter, locals) => follow(locals[slot], path);
    const isOptional = path.optionalFrom === 0;
    const offset = path.offsets[0] ?? 0;
    return (_scope, _meter, locals) => readMember(locals[slot], key, isOptional, offset);
  }
  const { name } = root;
  if (key === undefined) return (scope) => (Object.hasOwn(scope, name) ? scope[name] : undefined);
  return (scope) => follow(Object.hasOwn(scope, name) ? scope[name] : undefined, path);
}

function compileLogic(node: Extract<Expression, { kind: "logic" }>): Step {
  const left = compileExpression(node.left);
  const right = compileExpression(node.right);
  switch (node.operator) {
    case "&&":
      return (scope, meter, locals) => left(scope, meter, locals) && right(scope, meter, locals);
    case "||":
      return (scope, meter, locals) => left(scope, meter, locals) || right(scope, meter, locals);
    case "??":
      return (scope, meter, locals) => left(scope, meter, locals) ?? right(scope, meter, locals);
  }
}

/** Steps that one evaluation of a node takes at most, without the rounds of its arrows: those pay for themselves. */
export function costOf(node: Argument): number {
  switch (node.kind) {
    case "literal":
    case "name":
    case "local":
    case "arrow":
      return 1;
    case "member":
      return 1 + costOf(node.object);
    case "index":
      return 1 + costOf(node.object) + costOf(node.index);
    case "unary":
      return 1 + costOf(node.operand);
    case "binary":
    case "logic":
      return 1 + costOf(node.left) + costOf(node.right);
    case "conditional":
      return 1 + costOf(node.test) + costOf(node.then) + costOf(node.otherwise);
    case "list":
      return node.items.reduce((sum, item) => sum + costOf(item.value), 1);
    case "object":
      return node.entries.reduce(
        (sum, entry) => sum + costOf(entry.value) + (entry.kind === "computed" ? costOf(entry.key) : 0),
        1,
      );
    case "call":
      return node.arguments.reduce((sum, argument) => sum + costOf(argument), 1);
  }
}

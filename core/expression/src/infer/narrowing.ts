import type { Argument, Expression } from "../syntax/ast";

/** A chain of names as one key, for knowing that its value is there; `undefined` for anything else. */
export function chainKey(node: Argument): string | undefined {
  if (node.kind === "name") return node.name;
  if (node.kind === "local") return `#${node.slot}`;
  if (node.kind !== "member") return undefined;
  const object = chainKey(node.object);
  return object === undefined ? undefined : `${object}.${node.name}`;
}

/** The chains whose values are there once a test has come out true (or, with `isTrue` false, untrue). */
export function knownPresent(test: Expression, isTrue: boolean): readonly string[] {
  if (test.kind === "unary" && test.operator === "!") return knownPresent(test.operand, !isTrue);
  if (test.kind === "logic") {
    const isSure = test.operator === "&&" ? isTrue : test.operator === "||" && !isTrue;
    return isSure ? [...knownPresent(test.left, isTrue), ...knownPresent(test.right, isTrue)] : [];
  }
  if (test.kind === "binary") return isTrue === (test.operator === "!=") ? ofComparison(test) : [];
  if (test.kind === "call") {
    const [value] = test.arguments;
    const isSure = test.name === "exists" ? isTrue : test.name === "isEmpty" && !isTrue;
    return isSure && value ? prefixes(value) : [];
  }
  return isTrue ? prefixes(test) : [];
}

function ofComparison(test: Extract<Expression, { kind: "binary" }>): readonly string[] {
  if (test.operator !== "!=" && test.operator !== "==") return [];
  if (isNothing(test.right)) return prefixes(test.left);
  return isNothing(test.left) ? prefixes(test.right) : [];
}

const isNothing = (node: Expression): boolean =>
  node.kind === "literal" && (node.value === null || node.value === undefined);

/** If `a.b.c` is there, so are `a.b` and `a`. */
function prefixes(node: Argument): readonly string[] {
  const key = chainKey(node);
  if (key === undefined) return [];
  return node.kind === "member" ? [...prefixes(node.object), key] : [key];
}

import type { Expression } from "./ast";

/**
 * The same chain of members with every link optional. Where an expression says itself what to do about a missing value
 * (left of `??`, in `default` and in `exists`), a member of something missing is missing rather than an error.
 */
export function lenient(node: Expression): Expression {
  if (node.kind === "member" || node.kind === "index") {
    return { ...node, object: lenient(node.object), optional: true };
  }
  if (node.kind !== "call") return node;
  const [self, ...rest] = node.arguments;
  if (self === undefined || self.kind === "arrow") return node;
  return { ...node, arguments: [lenient(self), ...rest] };
}

import type { Argument, Expression, Template } from "./ast";

/**
 * The static paths that a field reads, e.g. `["steps", "price", "body"]`, each up to its first list index or computed
 * key, without repetitions. Parameters of arrows are no references.
 */
export function references(template: Template): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const part of template.parts) {
    if (part.kind === "expression") visit(part.expression, (path) => found.set(JSON.stringify(path), path));
  }
  return [...found.values()];
}

type Report = (path: readonly string[]) => void;

function visit(node: Argument, report: Report): void {
  const path = staticPath(node);
  if (path) report(path);
  else for (const child of childrenOf(node)) visit(child, report);
}

/** The names of a chain of members that starts at a name. */
function staticPath(node: Argument): readonly string[] | undefined {
  if (node.kind === "name") return [node.name];
  if (node.kind !== "member") return undefined;
  const object = staticPath(node.object);
  return object && [...object, node.name];
}

/** The nodes right below a node, in the order of the text. */
export function childrenOf(node: Argument): readonly Argument[] {
  switch (node.kind) {
    case "literal":
    case "name":
    case "local":
      return [];
    case "member":
      return [node.object];
    case "index":
      return [node.object, node.index];
    case "unary":
      return [node.operand];
    case "binary":
    case "logic":
      return [node.left, node.right];
    case "conditional":
      return [node.test, node.then, node.otherwise];
    case "list":
      return node.items.map((item) => item.value);
    case "object":
      return node.entries.flatMap((entry): Expression[] =>
        entry.kind === "computed" ? [entry.key, entry.value] : [entry.value],
      );
    case "call":
      return node.arguments;
    case "arrow":
      return [node.body];
  }
}

/** Syntax tree of one expression. `offset` is where the node's own mark stands in the field's text. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null | undefined; readonly offset: number }
  | { readonly kind: "name"; readonly name: string; readonly offset: number }
  | LocalNode
  | MemberNode
  | IndexNode
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Expression; readonly offset: number }
  | BinaryNode
  | LogicNode
  | ConditionalNode
  | { readonly kind: "list"; readonly items: readonly ListItem[]; readonly offset: number }
  | { readonly kind: "object"; readonly entries: readonly ObjectEntry[]; readonly offset: number }
  | CallNode;

/** A parameter of an enclosing arrow. Slots are unique in a field, so that one array holds them all. */
export type LocalNode = {
  readonly kind: "local";
  readonly name: string;
  readonly slot: number;
  readonly offset: number;
};

/** `object.name`. With `optional`, a member of `null` or of a missing value is missing instead of an error. */
export type MemberNode = {
  readonly kind: "member";
  readonly object: Expression;
  readonly name: string;
  readonly optional: boolean;
  readonly offset: number;
};

export type IndexNode = {
  readonly kind: "index";
  readonly object: Expression;
  readonly index: Expression;
  readonly optional: boolean;
  readonly offset: number;
};

export type UnaryOperator = "!" | "-";
export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "**" | "==" | "!=" | "<" | "<=" | ">" | ">=";
export type LogicOperator = "&&" | "||" | "??";

export type BinaryNode = {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly offset: number;
};

export type LogicNode = {
  readonly kind: "logic";
  readonly operator: LogicOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly offset: number;
};

export type ConditionalNode = {
  readonly kind: "conditional";
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
  readonly offset: number;
};

export type ListItem = { readonly spread: boolean; readonly value: Expression };

export type ObjectEntry =
  | { readonly kind: "entry"; readonly key: string; readonly value: Expression }
  | { readonly kind: "computed"; readonly key: Expression; readonly value: Expression; readonly offset: number }
  | { readonly kind: "spread"; readonly value: Expression; readonly offset: number };

/** A call of a built-in, however it was written: `f(x, y)`, `x.f(y)` or `x | f(y)`. `optional` comes from `x?.f(y)`. */
export type CallNode = {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly optional: boolean;
  readonly offset: number;
};

export type Argument = Expression | ArrowNode;

/** `(item, index) => body`: stands only as an argument where the function takes one. It is never a value. */
export type ArrowNode = {
  readonly kind: "arrow";
  readonly parameters: readonly { readonly name: string; readonly slot: number }[];
  readonly body: Expression;
  readonly offset: number;
};

/** A field's text, parsed. */
export type Template = {
  readonly source: string;
  readonly parts: readonly TemplatePart[];
  /** How many slots its arrows need. */
  readonly slots: number;
};

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "expression"; readonly expression: Expression; readonly offset: number; readonly end: number };

/** The expression of a field that is exactly one `{{ }}`: such a field keeps the type of its value. */
export function soleExpression(template: Template): Expression | undefined {
  const [first, second] = template.parts;
  return first?.kind === "expression" && second === undefined ? first.expression : undefined;
}

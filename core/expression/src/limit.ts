/** What a text may be before it is refused at parsing. Lengths are in UTF-16 units. */
export const expressionLimits = {
  /** Of one `{{ }}`. */
  expressionLength: 8 * 1024,
  /** Of a whole field that has a `{{ }}`; a field without one is literal text of any length. */
  templateLength: 256 * 1024,
  /** Syntax nodes in one field. */
  nodes: 2_000,
  /** Nesting in the text: parentheses, literals, calls, unary operators. */
  depth: 64,
  /** Nesting of a value that is built, compared or written out. */
  valueDepth: 256,
} as const;

/** Keys that the language neither reads nor makes. In data they stay what they are: own data that nobody can reach. */
export const isForbiddenKey = (key: string): boolean =>
  key === "__proto__" || key === "constructor" || key === "prototype";

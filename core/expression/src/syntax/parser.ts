import { ExpressionError, type ExpressionErrorCode } from "../error";
import { findFunction, functionNames } from "../function/registry";
import { expressionLimits, isForbiddenKey } from "../limit";
import { suggest } from "../suggestion";
import { parseArguments } from "./argument";
import type { BinaryOperator, Expression, ListItem, LogicOperator, ObjectEntry, UnaryOperator } from "./ast";
import { lenient } from "./lenient";
import { readToken, type Token } from "./lexer";

/** How tightly an operator binds; a higher number binds first. `**` and the unary ones are above all of these. */
const precedence: Readonly<Record<string, number>> = {
  "??": 1, "||": 2, "&&": 3, "==": 4, "!=": 4, "===": 4, "!==": 4,
  "<": 5, "<=": 5, ">": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}; // biome-ignore format: a table

/**
 * Recursive descent over one field's text. It stops by itself at the `}}` that closes an expression, because only the
 * grammar knows which braces belong to literals and which stand in text. Shared by all expressions of a field, so that
 * the limits hold for the field.
 */
export class Parser {
  #token: Token = { kind: "end", offset: 0, end: 0 };
  #depth = 0;
  #nodes = 0;
  #expressionStart = 0;
  #slots = 0;
  /** Innermost last. */
  readonly #locals: { name: string; slot: number }[] = [];

  constructor(readonly source: string) {}

  get slots(): number {
    return this.#slots;
  }

  /** Parses from just after `{{` and returns where the text goes on after `}}`. */
  parseHole(from: number): { expression: Expression; end: number } {
    this.#expressionStart = from;
    this.#move(from);
    if (this.isMark("}")) this.fail("SYNTAX", "there is no expression between {{ and }}");
    const expression = this.parsePipe();
    const first = this.#token;
    const isClosed = this.isMark("}") && this.source[first.end] === "}";
    if (!isClosed) this.#failAtEnd();
    this.#checkLength(first.offset);
    return { expression, end: first.end + 1 };
  }

  /** The whole of an expression, pipes included. */
  parsePipe(): Expression {
    let value = this.deeper(() => this.#parseConditional());
    while (this.isMark("|")) {
      const { offset } = this.advance();
      const name = this.expectName("the name of a function after |");
      value = this.#call(name.text, value, false, name.offset, offset);
    }
    return value;
  }

  #parseConditional(): Expression {
    const test = this.#parseBinary(1);
    if (!this.isMark("?")) return test;
    const { offset } = this.advance();
    const then = this.parsePipe();
    this.expectMark(":", "the other value of this condition, after `:`");
    const otherwise = this.deeper(() => this.#parseConditional());
    return this.node({ kind: "conditional", test, then, otherwise, offset });
  }

  #parseBinary(lowest: number): Expression {
    let left = this.#parseUnary();
    for (;;) {
      const token = this.#token;
      const level = token.kind === "mark" && Object.hasOwn(precedence, token.text) ? (precedence[token.text] ?? 0) : 0;
      if (token.kind !== "mark" || level < lowest) return left;
      this.advance();
      const right = this.#parseBinary(level + 1);
      left = this.#binary(token.text, left, right, token.offset);
    }
  }

  #binary(mark: string, left: Expression, right: Expression, offset: number): Expression {
    if (mark === "??") return this.node({ kind: "logic", operator: "??", left: lenient(left), right, offset });
    if (mark === "&&" || mark === "||") {
      return this.node({ kind: "logic", operator: mark satisfies LogicOperator, left, right, offset });
    }
    const operator = mark === "===" ? "==" : mark === "!==" ? "!=" : mark;
    // The table of precedence lists binary operators only.
    return this.node({ kind: "binary", operator: operator as BinaryOperator, left, right, offset });
  }

  #parseUnary(): Expression {
    const token = this.#token;
    if (token.kind !== "mark" || (token.text !== "!" && token.text !== "-")) return this.#parsePower();
    this.advance();
    const operand = this.deeper(() => this.#parseUnary());
    return this.node({ kind: "unary", operator: token.text satisfies UnaryOperator, operand, offset: token.offset });
  }

  #parsePower(): Expression {
    const left = this.#parsePostfix();
    if (!this.isMark("**")) return left;
    const { offset } = this.advance();
    const right = this.deeper(() => this.#parseUnary());
    return this.node({ kind: "binary", operator: "**", left, right, offset });
  }

  #parsePostfix(): Expression {
    let value = this.#parsePrimary();
    let optional = false;
    for (;;) {
      if (this.isMark("?.")) {
        optional = true;
        const { offset } = this.advance();
        value = this.isMark("[") ? this.#parseIndex(value, true) : this.#parseMember(value, true, offset);
      } else if (this.isMark(".")) {
        value = this.#parseMember(value, optional, this.advance().offset);
      } else if (this.isMark("[")) {
        value = this.#parseIndex(value, optional);
      } else if (this.isMark("(")) {
        return this.fail("SYNTAX", "only a built-in function can be called, by its name");
      } else return value;
    }
  }

  #parseMember(object: Expression, optional: boolean, dotOffset: number): Expression {
    const name = this.expectName("a name after the dot");
    if (this.isMark("(")) return this.#call(name.text, object, optional, name.offset, dotOffset);
    this.refuseKey(name.text, name.offset);
    return this.node({ kind: "member", object, name: name.text, optional, offset: name.offset });
  }

  #parseIndex(object: Expression, optional: boolean): Expression {
    const { offset } = this.advance();
    const index = this.parsePipe();
    this.expectMark("]", "a closing ]");
    if (index.kind !== "literal" || typeof index.value !== "string") {
      return this.node({ kind: "index", object, index, optional, offset });
    }
    this.refuseKey(index.value, index.offset);
    return this.node({ kind: "member", object, name: index.value, optional, offset: index.offset });
  }

  #call(name: string, self: Expression | undefined, optional: boolean, offset: number, _from: number): Expression {
    this.refuseKey(name, offset);
    const definition = findFunction(name);
    if (!definition) {
      throw new ExpressionError(
        "UNKNOWN_FUNCTION",
        `there is no function "${name}"`,
        offset,
        suggest(name, functionNames()),
      );
    }
    const found = parseArguments(this, definition, self, offset);
    return this.node({ kind: "call", name: definition.name, arguments: found, optional, offset });
  }

  #parsePrimary(): Expression {
    const token = this.advance();
    switch (token.kind) {
      case "number":
      case "text":
        return this.node({ kind: "literal", value: token.value, offset: token.offset });
      case "name":
        return this.#parseName(token.text, token.offset);
      case "mark":
        if (token.text === "(") return this.#parseParentheses();
        if (token.text === "[") return this.#parseList(token.offset);
        if (token.text === "{") return this.#parseObject(token.offset);
    }
    return this.failAt("SYNTAX", `a value is missing before ${describe(token)}`, token.offset);
  }

  #parseName(name: string, offset: number): Expression {
    if (this.isMark("(")) return this.#call(name, undefined, false, offset, offset);
    switch (name) {
      case "true":
      case "false":
        return this.node({ kind: "literal", value: name === "true", offset });
      case "null":
        return this.node({ kind: "literal", value: null, offset });
      case "undefined":
        return this.node({ kind: "literal", value: undefined, offset });
    }
    this.refuseKey(name, offset);
    const local = this.#locals.findLast((candidate) => candidate.name === name);
    if (local) return this.node({ kind: "local", name, slot: local.slot, offset });
    return this.node({ kind: "name", name, offset });
  }

  #parseParentheses(): Expression {
    const value = this.parsePipe();
    this.expectMark(")", "a closing )");
    if (this.isMark("=>")) this.fail("SYNTAX", "an arrow stands only as an argument, as in map(x => x.name)");
    return value;
  }

  #parseList(offset: number): Expression {
    const items: ListItem[] = [];
    this.parseSequence("]", () => {
      const spread = this.takeMark("...");
      items.push({ spread, value: this.parsePipe() });
    });
    return this.node({ kind: "list", items, offset });
  }

  #parseObject(offset: number): Expression {
    const entries: ObjectEntry[] = [];
    this.parseSequence("}", () => entries.push(this.#parseEntry()));
    return this.node({ kind: "object", entries, offset });
  }

  #parseEntry(): ObjectEntry {
    const token = this.advance();
    const { offset } = token;
    if (token.kind === "mark" && token.text === "...") return { kind: "spread", value: this.parsePipe(), offset };
    if (token.kind === "mark" && token.text === "[") {
      const key = this.parsePipe();
      this.expectMark("]", "a closing ]");
      this.expectMark(":", "a colon after the key");
      return { kind: "computed", key, value: this.parsePipe(), offset };
    }
    if (token.kind !== "name" && token.kind !== "text") {
      return this.failAt("SYNTAX", `a key is missing before ${describe(token)}`, offset);
    }
    const key = token.kind === "name" ? token.text : token.value;
    this.refuseKey(key, offset);
    if (token.kind === "name" && !this.isMark(":")) return { kind: "entry", key, value: this.#parseName(key, offset) };
    this.expectMark(":", "a colon after the key");
    return { kind: "entry", key, value: this.parsePipe() };
  }

  /** Items separated by commas up to `close`, which is taken too. A comma before it is allowed. */
  parseSequence(close: string, parseItem: () => void): void {
    while (!this.takeMark(close)) {
      parseItem();
      if (this.takeMark(",")) continue;
      this.expectMark(close, `a comma or a closing ${close}`);
      return;
    }
  }

  /** Parses the body of an arrow with its parameters in scope. */
  withLocals<T>(names: readonly string[], parse: (slots: readonly number[]) => T): T {
    const slots = names.map(() => this.#slots++);
    names.forEach((name, index) => {
      this.#locals.push({ name, slot: slots[index] ?? 0 });
    });
    const result = parse(slots);
    this.#locals.length -= names.length;
    return result;
  }

  deeper<T>(parse: () => T): T {
    if (++this.#depth > expressionLimits.depth) this.fail("TOO_DEEP", "this expression is nested too deeply");
    const result = parse();
    this.#depth--;
    return result;
  }

  /** Counts a node against the limit of the field. */
  node<T>(node: T): T {
    if (++this.#nodes > expressionLimits.nodes) this.fail("TOO_LARGE", "this field has too many parts");
    return node;
  }

  refuseKey(name: string, offset: number): void {
    if (isForbiddenKey(name)) this.failAt("FORBIDDEN", `"${name}" cannot be read or made by an expression`, offset);
  }

  get token(): Token {
    return this.#token;
  }

  /** The token after the current one, without moving. */
  peek(): Token {
    return readToken(this.source, this.#token.end);
  }

  advance(): Token {
    const token = this.#token;
    this.#move(token.end);
    return token;
  }

  /** Goes back to a token that was current before. */
  rewind(token: Token): void {
    this.#token = token;
  }

  isMark(text: string): boolean {
    return this.#token.kind === "mark" && this.#token.text === text;
  }

  takeMark(text: string): boolean {
    if (!this.isMark(text)) return false;
    this.advance();
    return true;
  }

  expectMark(text: string, wanted: string): void {
    if (!this.takeMark(text)) this.fail("SYNTAX", `${wanted} is missing before ${describe(this.#token)}`);
  }

  expectName(wanted: string): { text: string; offset: number } {
    const token = this.#token;
    if (token.kind !== "name") return this.fail("SYNTAX", `${wanted} is missing before ${describe(token)}`);
    this.advance();
    return token;
  }

  fail(code: ExpressionErrorCode, message: string): never {
    return this.failAt(code, message, this.#token.offset);
  }

  failAt(code: ExpressionErrorCode, message: string, offset: number): never {
    throw new ExpressionError(code, message, offset);
  }

  #move(to: number): void {
    this.#token = readToken(this.source, to);
    this.#checkLength(this.#token.kind === "end" ? this.#token.offset : this.#token.end);
  }

  /** The closing `}}` may stand just behind the longest expression. */
  #checkLength(end: number): void {
    if (end - this.#expressionStart > expressionLimits.expressionLength + 2) {
      this.failAt(
        "TOO_LONG",
        `an expression may have ${expressionLimits.expressionLength} characters`,
        this.#expressionStart,
      );
    }
  }

  #failAtEnd(): never {
    const token = this.#token;
    if (token.kind === "end") return this.fail("SYNTAX", "the closing }} is missing");
    if (this.isMark("}")) return this.fail("SYNTAX", "an expression is closed by two braces: }}");
    if (this.isMark("=>")) this.fail("SYNTAX", "an arrow stands only as an argument, as in map(x => x.name)");
    return this.fail("SYNTAX", `an operator or }} is missing before ${describe(token)}`);
  }
}

export function describe(token: Token): string {
  switch (token.kind) {
    case "end":
      return "the end of the text";
    case "text":
      return "this text";
    case "number":
      return `the number ${token.value}`;
    default:
      return `"${token.text}"`;
  }
}

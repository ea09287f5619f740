import { ExpressionError } from "../error";

export type Token =
  | { readonly kind: "name"; readonly text: string; readonly offset: number; readonly end: number }
  | { readonly kind: "number"; readonly value: number; readonly offset: number; readonly end: number }
  | { readonly kind: "text"; readonly value: string; readonly offset: number; readonly end: number }
  | { readonly kind: "mark"; readonly text: string; readonly offset: number; readonly end: number }
  | { readonly kind: "end"; readonly offset: number; readonly end: number };

/** Longest first, so that `===` is not read as `==` and `=`. `}` stays single: the parser decides what closes what. */
const marks = [
  "===", "!==", "...", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "**",
  "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "|", "+", "-", "*", "/", "%", "<", ">", "!",
]; // biome-ignore format: a table

const nameStart = /[\p{L}\p{Nl}_$]/u;
const namePart = /[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}_$]/u;

const syntax = (message: string, offset: number) => new ExpressionError("SYNTAX", message, offset);

/** Reads the token that starts at or after `from`. Throws `ExpressionError` `SYNTAX` for text that is none. */
export function readToken(source: string, from: number): Token {
  let at = from;
  while (at < source.length && isSpace(source.charCodeAt(at))) at++;
  if (at >= source.length) return { kind: "end", offset: at, end: at };
  const code = source.charCodeAt(at);
  if (isDigit(code)) return readNumber(source, at);
  if (code === 34 || code === 39) return readText(source, at);
  if (isNameAt(nameStart, source, at)) return readName(source, at);
  return readMark(source, at);
}

function readMark(source: string, offset: number): Token {
  for (const text of marks) {
    if (!source.startsWith(text, offset)) continue;
    // `a?.5:1` is a condition, as in JavaScript.
    if (text === "?." && isDigit(source.charCodeAt(offset + 2))) continue;
    return { kind: "mark", text, offset, end: offset + text.length };
  }
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  if (character === "`") throw syntax("write text in \"double\" or 'single' quotes, not in backticks", offset);
  if (character === "=") throw syntax("`=` assigns, which expressions cannot do; compare with `==`", offset);
  throw syntax(`"${character}" has no meaning here`, offset);
}

function readName(source: string, offset: number): Token {
  let end = offset;
  while (end < source.length && isNameAt(namePart, source, end)) end += (source.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return { kind: "name", text: source.slice(offset, end), offset, end };
}

function readNumber(source: string, offset: number): Token {
  let end = skipDigits(source, offset);
  if (source[end] === "." && isDigit(source.charCodeAt(end + 1))) end = skipDigits(source, end + 1);
  if (source[end] === "e" || source[end] === "E") {
    const digits = source[end + 1] === "-" || source[end + 1] === "+" ? end + 2 : end + 1;
    if (!isDigit(source.charCodeAt(digits))) throw syntax("the exponent of this number has no digits", end);
    end = skipDigits(source, digits);
  }
  if (end < source.length && isNameAt(namePart, source, end)) throw syntax("a number cannot run into a name", end);
  const value = Number(source.slice(offset, end));
  if (!Number.isFinite(value)) throw syntax("this number is too large", offset);
  return { kind: "number", value, offset, end };
}

function readText(source: string, offset: number): Token {
  const quote = source.charCodeAt(offset);
  let value = "";
  let at = offset + 1;
  for (;;) {
    const start = at;
    while (at < source.length && !isTextBreak(source.charCodeAt(at), quote)) at++;
    value += source.slice(start, at);
    const code = source.charCodeAt(at);
    if (code === quote) return { kind: "text", value, offset, end: at + 1 };
    if (code !== 92) throw syntax("this text is not closed: its last quote is missing", offset);
    const escaped = readEscape(source, at);
    value += escaped.value;
    at = escaped.end;
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", "\\": "\\", "/": "/", '"': '"', "'": "'", "`": "`",
}; // biome-ignore format: a table

function readEscape(source: string, offset: number): { value: string; end: number } {
  const mark = source[offset + 1] ?? "";
  if (Object.hasOwn(escapes, mark)) return { value: escapes[mark] ?? "", end: offset + 2 };
  if (mark === "x") return hexEscape(source, offset, offset + 2, offset + 4, offset + 4);
  if (mark !== "u") throw syntax(`\\${mark} is no escape; a backslash itself is written \\\\`, offset);
  if (source[offset + 2] !== "{") return hexEscape(source, offset, offset + 2, offset + 6, offset + 6);
  const close = source.indexOf("}", offset);
  return hexEscape(source, offset, offset + 3, close, close + 1);
}

function hexEscape(source: string, offset: number, from: number, to: number, end: number) {
  const digits = source.slice(from, Math.max(from, to));
  const code = /^[0-9a-fA-F]{1,6}$/.test(digits) && digits.length === to - from ? Number.parseInt(digits, 16) : -1;
  if (code < 0 || code > 0x10ffff)
    throw syntax("this escape needs hexadecimal digits, as in \\u00e9 or \\u{1f600}", offset);
  return { value: String.fromCodePoint(code), end };
}

function skipDigits(source: string, from: number): number {
  let at = from;
  while (isDigit(source.charCodeAt(at))) at++;
  return at;
}

const isDigit = (code: number) => code >= 48 && code <= 57;
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0xfeff;
/** A quote, a backslash or the end of the line. */
const isTextBreak = (code: number, quote: number) => code === quote || code === 92 || code === 10 || code === 13;

function isNameAt(pattern: RegExp, source: string, at: number): boolean {
  const code = source.codePointAt(at) ?? 0;
  if (code > 127) return pattern.test(String.fromCodePoint(code));
  const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36;
  return isLetter || (pattern === namePart && isDigit(code));
}

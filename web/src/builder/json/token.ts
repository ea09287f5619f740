/** A piece of one line of JSON, as the editor and the viewers tint it. */
export type Token = { readonly kind: TokenKind; readonly text: string };
export type TokenKind = "key" | "string" | "expression" | "number" | "word" | "mark" | "space" | "bad";

const pattern = /\s+|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[A-Za-z_]+|[{}[\],:]|"(?:[^"\\]|\\.)*$|./gsu;
const template = /\{\{.*?(?:\}\}|$)/gs;

/**
 * Splits one line into tokens that together are the line again. JSON has no token that goes over a line's end, so every
 * line can be read by itself, and only those on the screen need to be.
 */
export function tokenizeLine(line: string): readonly Token[] {
  const texts = line.match(pattern) ?? [];
  return texts.flatMap((text, index) => {
    const first = text[0] ?? "";
    if (first === '"') return stringTokens(text, isFollowedByColon(texts, index));
    return [{ kind: kindOf(text, first), text }];
  });
}

function isFollowedByColon(texts: readonly string[], index: number): boolean {
  const next = texts[index + 1] ?? "";
  return next === ":" || (next.trim() === "" && texts[index + 2] === ":");
}

function kindOf(text: string, first: string): TokenKind {
  if (text.trim() === "") return "space";
  if ("{}[],:".includes(first)) return "mark";
  if (/[-\d]/.test(first)) return Number.isNaN(Number(text)) ? "bad" : "number";
  return text === "true" || text === "false" || text === "null" ? "word" : "bad";
}

function stringTokens(text: string, isKey: boolean): Token[] {
  if (isKey) return [{ kind: "key", text }];
  const isClosed = text.length > 1 && text.endsWith('"');
  if (!isClosed) return [{ kind: "bad", text }];
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(template)) {
    const expression = match[0].endsWith("}}") ? match[0] : match[0].slice(0, -1);
    if (match.index > at) tokens.push({ kind: "string", text: text.slice(at, match.index) });
    tokens.push({ kind: "expression", text: expression });
    at = match.index + expression.length;
  }
  if (at < text.length) tokens.push({ kind: "string", text: text.slice(at) });
  return tokens;
}

import { isJsonObject, type Json, ownValue } from "@dap/contract";

/**
 * What can be known of a request before its expressions are evaluated. `with` is the document's own text, so anything
 * that holds `{{` is unknown.
 */

/** The method as written, in capitals; `GET` when left out; `undefined` when it is not literal. */
export function literalMethod(withValue: Json): string | undefined {
  const method = isJsonObject(withValue) ? ownValue(withValue, "method") : undefined;
  if (method === undefined) return "GET";
  return typeof method === "string" && !method.includes("{{") ? method.toUpperCase() : undefined;
}

/** Whether the method only reads: a literal GET or HEAD. */
export const isLiteralRead = (withValue: Json): boolean => ["GET", "HEAD"].includes(literalMethod(withValue) ?? "");

/**
 * Whether scheme, host and port are literal: the text before the first `{{` already ends the authority with `/`, `?` or
 * `#`. Without that a value could extend the host (`https://example.com{{ x }}`).
 */
export function hasLiteralHost(withValue: Json): boolean {
  const url = isJsonObject(withValue) ? ownValue(withValue, "url") : undefined;
  if (typeof url !== "string") return false;
  const [literal = "", ...rest] = url.split("{{");
  return (
    /^https?:\/\/[^/?#\\\s@]+([/?#]|$)/i.test(literal) &&
    (rest.length === 0 || /^https?:\/\/[^/?#\\]+[/?#]/i.test(literal))
  );
}

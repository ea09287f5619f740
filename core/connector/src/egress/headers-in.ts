/**
 * An answer's headers by lower-case name, in an object without a prototype: a header named `__proto__` is a header like
 * any other. Repeated ones are joined with `, `, `set-cookie` with a line feed.
 */
export function collectHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}${name === "set-cookie" ? "\n" : ", "}${value}`;
  }
  return headers;
}

import { RE2JS } from "re2js";
import { SchemaError } from "./error";

const patternLengthMax = 1_000;

/** A test for a regular expression that takes time linear in the text: no look-around and no back-references. */
export function compilePattern(pattern: string, path: string): (text: string) => boolean {
  if (pattern.length > patternLengthMax) throw new SchemaError(path, "A pattern has 1,000 characters at most.");
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch {
    throw new SchemaError(path, "This is no regular expression that can be matched in linear time.");
  }
}

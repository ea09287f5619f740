import type { Json } from "@dap/contract";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, toUtf8 } from "../digest/utf8";
import { ExpressionError } from "../error";
import { chargeValue, isList, newObject, printText, type Value } from "../evaluate/value";
import { mapOf, textType } from "../infer/type";
import { expressionLimits } from "../limit";
import type { Meter } from "../meter";
import { any, boolean, define, object, optional, text } from "./definition";

const convert = (
  name: string,
  description: string,
  example: readonly [string, string],
  growth: number,
  compute: (value: string) => string | undefined,
) =>
  define({
    name,
    parameters: [text("value")],
    returns: "text",
    description,
    examples: [example],
    run: (meter, value) => {
      meter.charge(value.length >> 2, value.length * growth);
      const result = compute(value);
      if (result === undefined) throw new ExpressionError("TYPE", `${name} cannot read this text`);
      return result;
    },
  });

export const encodingFunctions = [
  define({
    name: "toJson",
    aliases: ["stringify"],
    parameters: [any("value"), optional(boolean("pretty"))],
    returns: "text",
    description: "The value as JSON text, on several lines if pretty.",
    examples: [
      ['{ a: [1, "x"] } | toJson', '{"a":[1,"x"]}'],
      ["[1] | toJson(true)", "[\n  1\n]"],
    ],
    run: (meter, value, pretty) => {
      chargeValue(meter, value);
      const result = JSON.stringify(value ?? null, null, pretty ? 2 : 0);
      meter.charge(result.length >> 4, result.length);
      return result;
    },
  }),
  define({
    name: "parseJson",
    aliases: ["fromJson"],
    parameters: [text("value")],
    returns: "unknown",
    description: "The value that a JSON text shows. Fails if it is no JSON.",
    examples: [["parseJson('{\"a\":[1]}').a", [1]]],
    run: (meter, value) => parseJson(meter, value),
  }),
  convert("base64Encode", "The text (UTF-8) in Base64.", ['"añ" | base64Encode', "YcOx"], 8, (value) =>
    toBase64(toUtf8(value)),
  ),
  convert(
    "base64Decode",
    "The text that was put in Base64, in either alphabet.",
    ['"YcOx" | base64Decode', "añ"],
    3,
    (value) => {
      const bytes = fromBase64(value.trim());
      return bytes && fromUtf8(bytes);
    },
  ),
  convert(
    "base64UrlEncode",
    "The text (UTF-8) in Base64 for addresses.",
    ['"a?>" | base64UrlEncode', "YT8-"],
    8,
    (value) => toBase64(toUtf8(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
  ),
  convert("hexEncode", "The text (UTF-8) in hexadecimal digits.", ['"añ" | hexEncode', "61c3b1"], 9, (value) =>
    toHex(toUtf8(value)),
  ),
  convert("hexDecode", "The text that was put in hexadecimal digits.", ['"61c3b1" | hexDecode', "añ"], 2, (value) => {
    const bytes = fromHex(value);
    return bytes && fromUtf8(bytes);
  }),
  convert("urlEncode", "The text as it may stand in an address.", ['"a b&c" | urlEncode', "a%20b%26c"], 9, (value) =>
    encodeUri(value),
  ),
  convert("urlDecode", "The text that was made fit for an address.", ['"a%20b" | urlDecode', "a b"], 1, (value) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }),
  define({
    name: "toQuery",
    aliases: ["queryString"],
    parameters: [object("of")],
    returns: "text",
    description: "The entries of an object as the query of an address; lists give one entry for every item, null none.",
    examples: [['{ q: "a b", n: [1, 2], x: null } | toQuery', "q=a%20b&n=1&n=2"]],
    run: (meter, of) =>
      Object.keys(of)
        .flatMap((key) => queryParts(meter, key, of[key]))
        .join("&"),
  }),
  define({
    name: "parseQuery",
    parameters: [text("value")],
    returns: () => mapOf(textType),
    description: "An object out of the query of an address; of several entries with one key the last.",
    examples: [['"?q=a+b&n=1" | parseQuery', { q: "a b", n: "1" }]],
    run: (meter, value) => parseQuery(meter, value),
  }),
];

/** Lone surrogates, which no address can carry, become U+FFFD. */
const encodeUri = (value: string): string => encodeURIComponent(new TextDecoder().decode(toUtf8(value)));

function queryParts(meter: Meter, key: string, value: Value): string[] {
  if (value === undefined || value === null) return [];
  const values: readonly Value[] = isList(value) ? value : [value];
  return values.map((item) => {
    const part = printText(meter, item);
    meter.charge(1, (key.length + part.length) * 9);
    return `${encodeUri(key)}=${encodeUri(part)}`;
  });
}

/** Keys are data here: the object has no prototype. */
function parseQuery(meter: Meter, value: string): Json {
  meter.charge(value.length >> 2, value.length * 4);
  const result = newObject();
  for (const [key, item] of new URLSearchParams(value)) result[key] = item;
  return result;
}

/** Looks at the nesting before the host parses, so that no text can exhaust the stack. */
function parseJson(meter: Meter, value: string): Json {
  meter.charge(value.length >> 2, value.length * 2);
  if (nesting(value) > expressionLimits.valueDepth)
    throw new ExpressionError("TOO_DEEP", "this JSON is nested too deeply");
  try {
    const parsed: Json = JSON.parse(value);
    return hasInfinity(parsed) ? refuse() : parsed;
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    return refuse();
  }
}

function refuse(): never {
  throw new ExpressionError("TYPE", "parseJson cannot read this text as JSON");
}

/** `1e999` is JSON whose number no JSON can write again. */
function hasInfinity(value: Json): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasInfinity);
}

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 91 || code === 123) deepest = Math.max(deepest, ++depth);
    else if (code === 93 || code === 125) depth--;
  }
  return deepest;
}

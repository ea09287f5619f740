import { holdsInfinity, type Json } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { jsonKeysMax, jsonValuesMax, shapeOf, tooManyValues } from "@dap/platform/http";

/** Default limit of a webhook's body; a workflow may set `bodyBytesMax` up to 100 MB. */
export const bodyBytesDefault = 5_242_880;
/** Nesting past this is refused before anything walks the value (security.md, section 2.7). */
export const jsonDepthMax = 64;

/** Makes a body's JSON of its bytes. */
export type BodyParser = (bytes: Uint8Array) => Json;

/**
 * Gives the reader of a webhook's body, by its content type: JSON, form fields or text; a body without a type is taken for
 * JSON. What the headers alone show is refused before the body is read. Both parts fail with 413 `BODY_TOO_LARGE`, 400
 * `MALFORMED_JSON` or `MALFORMED_TEXT`, 422 `JSON_TOO_DEEP`, `JSON_TOO_MANY_VALUES` or `NUMBER_TOO_LARGE`, 415
 * `UNSUPPORTED_MEDIA_TYPE`.
 */
export function bodyParser({ headers }: Request, bytesMax: number): BodyParser {
  if (headers.has("content-encoding"))
    throw new Failure("UNSUPPORTED_MEDIA_TYPE", 415, "Compressed bodies are not taken.");
  if (Number(headers.get("content-length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const type = mediaType(headers.get("content-type"));
  const parse = parserOf(type);
  if (!parse)
    throw new Failure("UNSUPPORTED_MEDIA_TYPE", 415, `A webhook takes JSON, form fields or text, not ${type}.`);
  return (bytes) => parse(decodeText(bytes, bytesMax), bytesMax);
}

function parserOf(type: string): ((text: string, bytesMax: number) => Json) | undefined {
  if (type === "application/json" || type.endsWith("+json") || type === "") return parseJsonOrNothing;
  if (type === "application/x-www-form-urlencoded") return parseForm;
  return type.startsWith("text/") || type === "application/xml" ? (text) => text : undefined;
}

const parseJsonOrNothing = (text: string, bytesMax: number): Json => (text === "" ? null : parseJson(text, bytesMax));

function decodeText(bytes: Uint8Array, bytesMax: number): string {
  if (bytes.byteLength > bytesMax) throw tooLarge(bytesMax);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Failure("MALFORMED_TEXT", 400, "The body is not UTF-8.", { cause });
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parseJson(text: string, bytesMax: number): Json {
  // A text this short cannot nest deeper. What is deep or wide is refused unparsed: parsing is what it would cost us.
  if (text.length > 2 * jsonDepthMax) checkShape(text, jsonValuesMax(bytesMax));
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure("MALFORMED_JSON", 400, "The body is not JSON.", { cause });
  }
  if (mayHoldInfinity(text) && holdsInfinity(value))
    throw new Failure("NUMBER_TOO_LARGE", 422, "The body has a number that is too large for JSON's readers.");
  return value;
}

function checkShape(text: string, valuesMax: number): void {
  const { depth, keys, values } = shapeOf(text);
  if (depth > jsonDepthMax) throw new Failure("JSON_TOO_DEEP", 422, `JSON may nest ${jsonDepthMax} levels deep.`);
  if (keys > jsonKeysMax || values > valuesMax) throw tooManyValues(valuesMax);
}

/** The largest number has 309 digits, or an exponent of three. */
const mayHoldInfinity = (text: string): boolean => text.length > 308 || /[eE]\+?\d{3}/.test(text);

/** A field given several times becomes a list. */
export function parseForm(text: string): Json {
  return collect(new URLSearchParams(text));
}

/** Query and form pairs as an object of own data properties: `__proto__` is a key like any other. */
export function collect(pairs: Iterable<readonly [string, string]>): { [key: string]: string | string[] } {
  const fields = new Map<string, string | string[]>();
  for (const [key, value] of pairs) {
    const before = fields.get(key);
    if (before === undefined) fields.set(key, value);
    else if (typeof before === "string") fields.set(key, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(fields);
}

const mediaType = (header: string | null): string => (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";

const tooLarge = (bytesMax: number): Failure =>
  new Failure("BODY_TOO_LARGE", 413, `The body may have ${bytesMax} bytes at most.`);

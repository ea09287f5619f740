import { holdsInfinity, type Json } from "@dap/contract";
import { Failure } from "../failure";
import { jsonKeysMax, jsonValuesMax, shapeOf } from "./json-shape";

const depthMax = 128;

/**
 * Parses JSON that came from outside. Throws `Failure` 400 `MALFORMED_JSON`, also when it is nested over 128 deep, and
 * 422 `JSON_TOO_MANY_VALUES`.
 */
export function parseJson(text: string): Json {
  const { depth, keys, values } = shapeOf(text);
  if (depth > depthMax) throw malformed(`The JSON is nested deeper than ${depthMax} levels.`);
  if (keys > jsonKeysMax || values > jsonValuesMax()) throw tooManyValues(jsonValuesMax());
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("The body is not JSON.");
  }
  if (holdsInfinity(value)) throw malformed("The JSON has a number that is too large.");
  return value;
}

/** The JSON body of a request; an empty body is `undefined`, so that a schema tells what is missing. */
export async function readJson(request: Request, bodyBytesMax: number): Promise<Json | undefined> {
  const text = await request.text();
  if (text.length > bodyBytesMax)
    throw new Failure("BODY_TOO_LARGE", 413, `The body is larger than ${bodyBytesMax} bytes.`);
  return text === "" ? undefined : parseJson(text);
}

const malformed = (message: string): Failure => new Failure("MALFORMED_JSON", 400, message);

/** What a body is refused with that has too many members in one object, or too many values in all. */
export const tooManyValues = (valuesMax: number): Failure =>
  new Failure(
    "JSON_TOO_MANY_VALUES",
    422,
    `JSON may have ${jsonKeysMax} members in one object, and ${Math.floor(valuesMax)} values in all.`,
  );

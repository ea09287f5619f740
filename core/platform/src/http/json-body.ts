import { holdsInfinity, type Json } from "@dap/contract";
import { Failure } from "../failure";

const depthMax = 128;

/** Parses JSON that came from outside. Throws `Failure` 400 `MALFORMED_JSON`, also when it is nested over 128 deep. */
export function parseJson(text: string): Json {
  if (depthOf(text) > depthMax) throw malformed(`The JSON is nested deeper than ${depthMax} levels.`);
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

/** Deepest nesting of brackets outside strings: found before parsing, because recursion over the value costs stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isInString) {
      if (unit === 0x5c) index++;
      else if (unit === 0x22) isInString = false;
    } else if (unit === 0x22) isInString = true;
    else if (unit === 0x7b || unit === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return deepest;
}

import type { Json } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { parseJson } from "@dap/platform/http";

const bodyBytesMax = 1_048_576;

/** What the caller of a resume address says: JSON, a form, or text; without a body the query, `null` without either. */
export async function readEventBody(request: Request): Promise<Json> {
  const text = await readText(request);
  if (text === "") return fields(new URL(request.url).searchParams);
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  // Read by a JSON parser, so it is JSON.
  if (type === "application/json" || type.endsWith("+json")) return parseJson(text) as Json;
  if (type === "application/x-www-form-urlencoded") return fields(new URLSearchParams(text));
  if (type === "text/plain") return text;
  throw new Failure("UNSUPPORTED_MEDIA_TYPE", 415, "Send JSON, a form or plain text, and say so in `Content-Type`.");
}

/** Of a name that comes twice the last one counts. */
function fields(params: URLSearchParams): Json {
  const all = Object.fromEntries(params);
  return Object.keys(all).length === 0 ? null : all;
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > bodyBytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

const tooLarge = () => new Failure("BODY_TOO_LARGE", 413, `A body has ${bodyBytesMax} bytes at most here.`);

import type { DocumentProblem } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { parseJson } from "@dap/platform/http";
import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** Bodies hold a document (1 MiB once compact, more as people indent it) or a run's input. */
export const bodyBytesMax = 5 * 1_048_576;

/** Reads the body as JSON. An empty body is `undefined`. Refuses with 400, 413 or 415. */
export async function readJsonBody(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === "") return undefined;
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json" && !type?.endsWith("+json"))
    throw new Failure("UNSUPPORTED_MEDIA_TYPE", 415, "Send JSON, with the header `Content-Type: application/json`.");
  return parseJson(text);
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > bodyBytesMax) throw tooLarge();
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

const tooLarge = () => new Failure("BODY_TOO_LARGE", 413, `A body has ${bodyBytesMax} bytes at most.`);

/** The value, if it fits the schema; otherwise 422 with every place where it does not. Values are never echoed. */
export function parseWith<S extends TSchema>(schema: S, value: unknown, code: string): Static<S> {
  if (Value.Check(schema, value)) return value;
  const problems: DocumentProblem[] = [];
  for (const error of Value.Errors(schema, value)) {
    if (problems.length >= 20) break;
    if (!problems.some(({ path }) => path === error.path))
      problems.push({ path: error.path, code: "INVALID", message: `${error.message}.`, severity: "error" });
  }
  const what = code === "INVALID_QUERY" ? "The query" : "The body";
  throw new Failure(code, 422, `${what} does not have the expected form.`, { problems });
}
